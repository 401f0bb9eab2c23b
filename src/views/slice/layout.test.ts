import { describe, expect, test } from 'vitest';
import type { SliceResult } from '../../engine/protocol';
import { sliceField, sliceMatrix, sliceScale, sliceSources, tileSide } from './layout';

const D = 3;
const L = 4;
/** Entry (d, j, e) spells its own place. */
const slice = Float32Array.from({ length: D * L * D }, (_, at) => {
  const [d, j, e] = [Math.floor(at / (L * D)), Math.floor(at / D) % L, at % D];
  return 100 * d + 10 * j + e;
});
const result = { token: 2, dModel: D, slice, norms: new Float32Array(L) } as unknown as SliceResult;

describe('slice', () => {
  test('later tokens of a decoder are set apart from hidden ones', () => {
    expect(sliceSources(result, true, new Set([0, 3]))).toEqual({ drawn: [1, 2], hidden: [0], later: [3] });
    expect(sliceSources(result, false, new Set()).drawn).toEqual([0, 1, 2, 3]);
  });

  test('sliceField reads the window of one source', () => {
    const field = sliceField(result, 2, { row: 1, col: 1, size: 2 });
    const line = new Float32Array(2);
    field.readRow(0, line);
    expect([...line]).toEqual([121, 122]);
    field.readRow(1, line);
    expect([...line]).toEqual([221, 222]);
  });

  test('sliceMatrix is the picture of one source', () => {
    expect([...sliceMatrix(result, 3).data]).toEqual([30, 31, 32, 130, 131, 132, 230, 231, 232]);
  });

  test('the scale covers the drawn sources only', () => {
    expect(sliceScale(result, [0, 1])).toMatchObject({ range: { low: 0, high: 212 }, largest: 212 });
  });

  test('a few entries far beyond the others do not set the scale', () => {
    const size = 40;
    const values = Float32Array.from({ length: size * size }, (_, at) => ((at % 200) - 100) / 100);
    values[7] = 50;
    const lone = { token: 0, dModel: size, slice: values, norms: new Float32Array(1) } as unknown as SliceResult;
    const { range, largest } = sliceScale(lone, [0]);
    expect(largest).toBe(50);
    expect(range.high).toBeGreaterThanOrEqual(0.99);
    expect(range.high).toBeLessThan(1.05);
    expect(range.low).toBe(-1);
  });

  test('an all-zero slice has an empty scale, not a broken one', () => {
    const zero = {
      token: 0,
      dModel: 2,
      slice: new Float32Array(4),
      norms: new Float32Array(1),
    } as unknown as SliceResult;
    expect(sliceScale(zero, [0])).toMatchObject({ range: { low: 0, high: 0 }, largest: 0 });
  });

  test.each([1, 1.5, 2, 3])('tiles are whole device pixels a cell at %i×', (dpr) => {
    for (const cells of [16, 48, 64, 96, 128]) {
      const side = tileSide(cells, dpr);
      expect((side * dpr) / cells).toBeCloseTo(Math.round((side * dpr) / cells));
      expect(side).toBeGreaterThanOrEqual(72);
      expect(side).toBeLessThanOrEqual(160);
    }
    expect(tileSide(768, dpr)).toBe(128);
  });
});
