import { lab, rgb } from 'd3';
import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../tensor/matrix';
import { cssColour, lookUpTable, ramp, rangeOf, sharedDomain } from './colourScale';
import { DARK, LIGHT, PALETTES, type Palette, themeOf } from './palette';

const own = { domain: null, log: false } as const;
const matrixOf = (data: number[], cols: number, more: Partial<Matrix> = {}): Matrix => ({
  data: Float32Array.from(data),
  rows: { name: 'output', length: data.length / cols },
  cols: { name: 'source', length: cols },
  unit: 'logit',
  signed: true,
  causal: false,
  ...more,
});

/** Machado 2009, severity 1: what a reader without green (red) cones sees; linear-light approximation is enough to tell hues apart. */
const BLINDNESS = {
  deuteranopia: [0.367, 0.861, -0.228, 0.28, 0.673, 0.047, -0.012, 0.043, 0.969],
  protanopia: [0.152, 1.053, -0.205, 0.115, 0.786, 0.099, -0.004, -0.048, 1.052],
};
function distanceSeen(a: string, b: string, m: readonly number[]): number {
  const seen = (css: string) => {
    const { r, g, b: blue } = rgb(css);
    return lab(
      rgb(
        m[0]! * r + m[1]! * g + m[2]! * blue,
        m[3]! * r + m[4]! * g + m[5]! * blue,
        m[6]! * r + m[7]! * g + m[8]! * blue,
      ),
    );
  };
  const [p, q] = [seen(a), seen(b)];
  return Math.hypot(p.l - q.l, p.a - q.a, p.b - q.b);
}

describe.each(Object.values(PALETTES))('colour scales, $theme', (palette: Palette) => {
  test.each(['sequential', 'diverging'] as const)('%s: zero is the colour of the panel', (kind) => {
    const lut = lookUpTable(kind, palette);
    expect(cssColour(lut, kind === 'diverging' ? 127 : 0)).toBe(palette.panel);
  });

  test('sequential lightness is monotonic and its steps are even', () => {
    const lut = lookUpTable('sequential', palette);
    const lightness = Array.from({ length: 256 }, (_, i) => lab(cssColour(lut, i)).l);
    const whole = lightness[255]! - lightness[0]!;
    expect(Math.abs(whole)).toBeGreaterThan(60);
    for (let i = 0; i < 256; i += 15) {
      expect(Math.abs(lightness[i]! - (lightness[0]! + (whole * i) / 255))).toBeLessThan(4);
    }
  });

  test('diverging: equal sizes are equally light on both sides', () => {
    const lut = lookUpTable('diverging', palette);
    for (let i = 0; i < 127; i += 9) {
      expect(Math.abs(lab(cssColour(lut, i)).l - lab(cssColour(lut, 254 - i)).l)).toBeLessThan(4);
    }
  });

  test('diverging: the signs stay apart for colour-blind readers', () => {
    const lut = lookUpTable('diverging', palette);
    for (const matrix of Object.values(BLINDNESS)) {
      for (const i of [0, 32, 64]) {
        expect(distanceSeen(cssColour(lut, i), cssColour(lut, 254 - i), matrix)).toBeGreaterThan(40);
      }
    }
  });
});

describe('ramp', () => {
  test('a signed matrix with a negative value gets a diverging scale centred at 0', () => {
    const matrix = matrixOf([-1, 3, 0, 2], 2);
    const scale = ramp(matrix, rangeOf(matrix), own, LIGHT);
    expect(scale.kind).toBe('diverging');
    expect(scale.domain).toEqual([-3, 3]);
    expect([0, 3, -3, 99].map(scale.index)).toEqual([127, 254, 0, 254]);
  });

  test('without a negative value the scale is sequential from 0', () => {
    const matrix = matrixOf([1, 3, 0, 2], 2);
    const scale = ramp(matrix, rangeOf(matrix), own, LIGHT);
    expect(scale.kind).toBe('sequential');
    expect([0, 3, -1].map(scale.index)).toEqual([0, 255, 0]);
  });

  test('a shared domain with a negative end keeps one scale for all pictures', () => {
    const matrix = matrixOf([1, 3, 0, 2], 2);
    expect(ramp(matrix, rangeOf(matrix), { domain: [-4, 2], log: false }, DARK).domain).toEqual([-4, 4]);
  });

  test('the log ramp spans the positive values and leaves 0 at the low end', () => {
    const matrix = matrixOf([0, 0.01, 0.1, 1], 2, { signed: false });
    const scale = ramp(matrix, rangeOf(matrix), { domain: null, log: true }, LIGHT);
    expect(scale.log).toBe(true);
    expect(scale.domain[0]).toBeCloseTo(0.01);
    expect(scale.index(0)).toBe(0);
    expect(scale.index(0.1)).toBeCloseTo(127.5, -1);
    expect(scale.index(1)).toBe(255);
  });

  test('the log ramp is refused for signed data', () => {
    const matrix = matrixOf([-1, 3, 0, 2], 2);
    expect(ramp(matrix, rangeOf(matrix), { domain: null, log: true }, LIGHT).log).toBe(false);
  });

  test.each([[[0, 0, 0, 0]], [[5, 5, 5, 5]], [[-5, -5, -5, -5]]])('a constant matrix %j has a usable scale', (data) => {
    const matrix = matrixOf(data, 2);
    const scale = ramp(matrix, rangeOf(matrix), own, LIGHT);
    expect(Number.isInteger(scale.index(data[0]!))).toBe(true);
    expect(scale.domain[1]).toBeGreaterThan(scale.domain[0]);
  });
});

describe('ranges', () => {
  test('hidden columns and impossible entries do not count', () => {
    const matrix = matrixOf([90, 70, 80, 1], 2, { causal: true });
    expect(rangeOf(matrix, new Set([0]))).toEqual({ low: 0, high: 1, smallest: 1 });
  });

  test('sharedDomain covers every picture and contains 0', () => {
    expect(
      sharedDomain([
        { low: 0, high: 2, smallest: 1 },
        { low: -1, high: 1, smallest: 1 },
      ]),
    ).toEqual([-1, 2]);
    expect(sharedDomain([])).toEqual([0, 0]);
  });

  test('themeOf tells dark surfaces from light ones', () => {
    expect([themeOf('#ffffff'), themeOf('#15181c')]).toEqual(['light', 'dark']);
  });
});
