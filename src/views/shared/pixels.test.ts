import { describe, expect, test } from 'vitest';
import { ramp } from './colourScale';
import { LIGHT } from './palette';
import { blockSize, type Field, pool, poolingNote, toPixels } from './pixels';

const fieldOf = (rows: number[][]): Field => ({
  rows: rows.length,
  cols: rows[0]!.length,
  readRow: (row, into) => into.set(rows[row]!),
});
const values = (field: Field): number[][] =>
  Array.from({ length: field.rows }, (_, row) => {
    const line = new Float32Array(field.cols);
    field.readRow(row, line);
    return [...line];
  });

describe('pooling', () => {
  const field = fieldOf([
    [1, 3, -9],
    [5, 7, 1],
    [2, -4, 6],
  ]);

  test('blockSize is 1 while every cell has a pixel', () => {
    expect([blockSize(96, 96), blockSize(96, 95), blockSize(128, 40), blockSize(10, 0)]).toEqual([1, 2, 4, 10]);
  });

  test('mean blocks include the smaller ones at the edge', () => {
    expect(values(pool(field, { rows: 2, cols: 2 }, 'mean'))).toEqual([
      [4, -4],
      [-1, 6],
    ]);
  });

  test('largest blocks keep the entry of largest size with its sign', () => {
    expect(values(pool(field, { rows: 2, cols: 2 }, 'largest'))).toEqual([
      [7, -9],
      [-4, 6],
    ]);
  });

  test('impossible cells are left out, and blocks of nothing else stay impossible', () => {
    const masked = fieldOf([
      [1, Number.NaN, Number.NaN, Number.NaN],
      [3, 5, Number.NaN, Number.NaN],
    ]);
    expect(values(pool(masked, { rows: 2, cols: 2 }, 'mean'))).toEqual([[3, Number.NaN]]);
  });

  test('the note names the block and the rule, and is absent without blocks', () => {
    expect(poolingNote({ rows: 1, cols: 1 }, 'mean')).toBeNull();
    expect(poolingNote({ rows: 2, cols: 1 }, 'mean')).toBe('2×1 cells a pixel: their mean');
    expect(poolingNote({ rows: 3, cols: 3 }, 'largest')).toBe('3×3 cells a pixel: the value of largest size');
  });
});

test('toPixels colours cells by the ramp and leaves impossible cells transparent', () => {
  const scale = ramp({ signed: true }, { low: -1, high: 1, smallest: 1 }, { domain: null, log: false }, LIGHT);
  const pixels = toPixels(fieldOf([[-1, 0, 1, Number.NaN]]), scale);
  expect([pixels.width, pixels.height]).toEqual([4, 1]);
  expect([...pixels.rgba]).toEqual([scale.lut[0], scale.lut[127], scale.lut[254], 0]);
});
