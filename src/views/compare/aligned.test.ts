import { describe, expect, test } from 'vitest';
import { alignTokens } from '../../state/align';
import type { Matrix } from '../../tensor/matrix';
import { besideEachOther, pairedTokens, restricted } from './aligned';

const tokens = (text: string) => text.split(' ').map((piece, id) => ({ id, piece, special: false, unknown: false }));
const [left, right] = [tokens('a mary b c'), tokens('a john very b')];
const pairs = alignTokens(left, right);

describe('tokens that belong together', () => {
  test('a replaced token names both', () => {
    expect(pairedTokens(pairs, left, right).map(({ piece }) => piece)).toEqual(['a', 'mary→john', 'b']);
  });

  test('every token of both sides stands in one line, in reading order', () => {
    const lines = besideEachOther(pairs, [1, 2, 3, 4], [10, 20, 30, 40]);
    expect(lines.map((line) => [line.left, line.right])).toEqual([
      [0, 0],
      [1, 1],
      [null, 2],
      [2, 3],
      [3, null],
    ]);
    expect(lines.map(({ difference }) => difference)).toEqual([9, 18, 30, 37, -4]);
  });

  test('a map keeps the rows and columns asked for', () => {
    const axis = { name: 'source', length: 3, labels: ['x', 'y', 'z'] } as const;
    const matrix: Matrix = {
      data: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]),
      rows: { ...axis, name: 'output' },
      cols: axis,
      unit: 'logit',
      signed: true,
      causal: true,
    };
    const small = restricted(matrix, [0, 2]);
    expect([...small.data]).toEqual([0, 2, 6, 8]);
    expect(small.rows.labels).toEqual(['x', 'z']);
    expect(small.causal).toBe(true);
  });
});
