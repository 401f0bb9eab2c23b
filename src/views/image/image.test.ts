import { describe, expect, test } from 'vitest';
import type { Token } from '../../engine/protocol';
import { ramp as rampOf } from '../shared/colourScale';
import { LIGHT } from '../shared/palette';
import { overlayPixels, picturePixels } from './draw';
import { moveToken, patchGrid, patchName, placeOf, tintOf, tintStops, tokenAt } from './layout';
import { mapOverlay, overlayRange, rowOverlay, sizeOf, toTable } from './overlay';
import { pictureSvg } from './svg';

const grid = patchGrid({ side: 24, patch: 8 }, 11)!; // two tokens of the model's own, 3 × 3 patches
const tokens: Token[] = Array.from({ length: 11 }, (_, id) => ({
  id,
  piece: id < 2 ? `[OWN${id}]` : 'x',
  special: id < 2,
  unknown: false,
}));

describe('patches', () => {
  test('are the last tokens, row by row', () => {
    expect(grid).toEqual({ across: 3, first: 2 });
    expect(placeOf(grid, 1)).toBe(null);
    expect(placeOf(grid, 7)).toEqual({ row: 1, col: 2 });
    expect(placeOf(grid, 11)).toBe(null);
    for (let token = 2; token < 11; token++) expect(tokenAt(grid, placeOf(grid, token)!)).toBe(token);
    expect(patchName(grid, tokens, 7)).toBe('row 1, column 2');
    expect(patchName(grid, tokens, 0)).toBe('[OWN0]');
  });

  test('a run with fewer tokens has none', () => {
    expect(patchGrid({ side: 24, patch: 8 }, 8)).toBe(null);
  });

  test.each<[string, number, number | null]>([
    ['ArrowRight', 2, 3],
    ['ArrowRight', 4, 4],
    ['ArrowDown', 4, 7],
    ['ArrowUp', 4, 1],
    ['ArrowUp', 7, 4],
    ['Home', 10, 8],
    ['End', 8, 10],
    ['PageDown', 3, 9],
    ['ArrowRight', 0, 1],
    ['ArrowRight', 1, 2],
    ['ArrowLeft', 0, 0],
    ['ArrowDown', 0, 2],
    ['End', 0, 10],
    ['a', 5, null],
  ])('%s from %d leads to %s', (key, from, to) => {
    expect(moveToken(key, from, grid)).toBe(to);
  });
});

const overlay = {
  title: 'class',
  unit: 'logit',
  signed: true,
  values: Float32Array.from([90, 0, 4, -2, 0, 0, 0, 0, 0, 0, 1]),
};
const ramp = rampOf(overlay, overlayRange(overlay, grid), { domain: null, log: false }, LIGHT);

describe('overlay', () => {
  test('the range is that of the patches: the model’s own tokens do not count', () => {
    expect(overlayRange(overlay, grid)).toEqual({ low: -2, high: 4, smallest: 1 });
    expect(ramp.domain).toEqual([-4, 4]);
    expect(sizeOf(overlay)).toBe(97);
  });

  test('nothing lets the picture through, the strongest covers it, signs have their own colours', () => {
    expect(tintOf(ramp, 0, 1).alpha).toBe(0);
    expect(tintOf(ramp, 4, 0.8).alpha).toBeCloseTo(0.8, 10);
    expect(tintOf(ramp, -2, 1).alpha).toBeGreaterThan(0.5);
    expect(tintOf(ramp, 4, 1).b).toBeGreaterThan(tintOf(ramp, 4, 1).r);
    expect(tintOf(ramp, -4, 1).r).toBeGreaterThan(tintOf(ramp, -4, 1).b);
    expect(tintOf(ramp, 90, 1)).toEqual(tintOf(ramp, 4, 1));
    const stops = tintStops(ramp, 1);
    expect([stops[0], stops[8]!.alpha, stops[16]]).toEqual([tintOf(ramp, -4, 1), 0, tintOf(ramp, 4, 1)]);
  });

  test('pixels lie where the patches are', () => {
    const { width, height, rgba } = overlayPixels(overlay.values, grid, ramp, 1);
    expect([width, height]).toEqual([3, 3]);
    const alpha = [...new Uint8Array(rgba.buffer)].filter((_, at) => at % 4 === 3);
    expect(alpha[0]).toBe(255);
    expect(alpha.slice(2, 8)).toEqual([0, 0, 0, 0, 0, 0]);
    const seen = picturePixels({ side: 2, rgb: Uint8Array.from({ length: 12 }, (_, at) => at) });
    expect([...new Uint8Array(seen.rgba.buffer)]).toEqual([0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255]);
  });

  test('is the explained token’s row of a map, or the row itself; of another input nothing', () => {
    const axis = (name: 'output' | 'source') => ({ name, length: 11 });
    const data = Float32Array.from({ length: 121 }, (_, at) => at);
    const matrix = { data, rows: axis('output'), cols: axis('source'), unit: 'share', signed: false, causal: false };
    expect([...mapOverlay('a', matrix, 3, 11)!.values]).toEqual([...data.subarray(33, 44)]);
    expect(mapOverlay('a', matrix, 3, 5)).toBe(null);
    expect(mapOverlay('a', matrix, 11, 11)).toBe(null);
    const row = { contributions: overlay.values, explains: 'logit a' } as Parameters<typeof rowOverlay>[0];
    expect(rowOverlay(row)).toEqual({ ...overlay, title: 'logit a' });
  });

  test('as a table: one line a token, by row and column', () => {
    const { header, rows } = toTable(overlay, grid, tokens);
    expect(header).toEqual(['input', 'class']);
    expect([rows[0], rows[3]]).toEqual([
      ['[OWN0] (0)', 90],
      ['row 0, column 1 (3)', -2],
    ]);
  });
});

test('the figure holds the picture twice, the overlay, its legend and the marked patch', () => {
  const picture = { side: 24, rgb: new Uint8Array(24 * 24 * 3), original: [24, 24] as const };
  const svg = pictureSvg(
    { name: 'a <b>', picture, grid, overlay, opacity: 0.8, log: false, marked: [1, 7], note: 'not in it: [OWN0]' },
    { width: 520, theme: 'light' },
  );
  expect(svg.match(/<image /g)).toHaveLength(3);
  expect(svg.match(/<rect x="168" y="84" width="84" height="84"/g)).toHaveLength(2);
  expect(svg).toContain('a &lt;b&gt;');
  expect(svg).toContain('>−4</text>');
  expect(svg).toContain('not in it: [OWN0]');
});
