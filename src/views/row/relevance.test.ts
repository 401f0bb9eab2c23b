import { expect, test } from 'vitest';
import type { AttributeResult } from '../../engine/protocol';
import { rowLayout } from './layout';
import { asRow, relevanceTable } from './relevance';

const tokens = ['a', 'b'].map((piece, id) => ({ id, piece, special: false, unknown: false }));
const result = {
  relevance: Float32Array.of(1, -0.25),
  total: 2,
  leftOver: 1.25,
  explains: 'logit b',
} as unknown as AttributeResult;

test('what is left over stands where the bias does, and in the table under its own name', () => {
  expect(rowLayout(asRow(result), new Set(), 'reading').bias.value).toBe(1.25);
  const { header, rows } = relevanceTable(result, 'AttnLRP', tokens);
  expect(header).toEqual(['input', 'AttnLRP, logit b']);
  expect(rows.slice(2)).toEqual([
    ['left over', 1.25],
    ['total', 2],
  ]);
});

test('parts of nothing have neither', () => {
  const sizes = { ...result, total: null, leftOver: null };
  expect(asRow(sizes)).toMatchObject({ bias: 0, total: 0.75, fidelity: { conservation: null } });
  expect(relevanceTable(sizes, 'Saliency', tokens).rows).toHaveLength(2);
});
