import { expect, it } from 'vitest';
import type { Rate, RelationResult } from '../../engine/protocol';
import { betaTable, relationTables } from './toTable';

const rate = (value: number): Rate => ({
  ...{ value, low: value / 2, high: 1, trials: 8, subjects: 4, lowest: 0.1, highest: 0.9 },
});
const decoders = (value: number) => [{ decoder: 'tensor' as const, faithfulness: rate(value), accuracy: rate(0.25) }];
const result = {
  scores: [{ layer: 0, training: 3, decoders: decoders(0.5) }],
  betas: [
    { beta: 1, decoders: decoders(0.5) },
    { beta: 2, decoders: decoders(0.75) },
  ],
  causality: [{ edit: 'swap', rate: rate(0.8) }],
  subjects: [
    {
      ...{ subject: 'italy', object: 'rome', first: 'rome', more: false, token: 3, known: true },
      predicted: { id: 1, piece: '␣rome', logit: 2, probability: 0.5 },
      decoded: [{ decoder: 'tensor', piece: '␣paris', agrees: false }],
    },
    {
      ...{ subject: 'france', object: 'paris', first: 'paris', more: false, token: 3, known: true },
      ...{ predicted: { id: 2, piece: '␣paris', logit: 2, probability: 0.25 }, decoded: [] },
    },
  ],
} as unknown as RelationResult;

it('a relation’s numbers, a table a question', () => {
  const tables = relationTables(result);
  expect(tables.map(({ name }) => name)).toEqual([
    'Decoders, embedding, 3 training subjects',
    'Decoders, β = 1',
    'Decoders, β = 2',
    'Editing the subject',
    'Subjects',
  ]);
  const [scores, , , , subjects] = tables;
  expect(scores!.rows).toEqual([['tensor', 0.5, 0.25, 1, 0.1, 0.9, 4, 0.25, 0.125, 1, 0.1, 0.9, 4]]);
  for (const { header, rows } of tables) for (const row of rows) expect(row).toHaveLength(header.length);
  expect(subjects!.header.at(-1)).toBe('tensor');
  expect(subjects!.rows).toEqual([
    ['italy', 'rome', '␣rome', 0.5, '␣paris'],
    ['france', 'paris', '␣paris', 0.25, ''],
  ]);
});

it('other β side by side', () => {
  expect(betaTable(result, ({ value }) => String(value))).toEqual({
    header: ['decoder', 'β = 1', 'β = 2'],
    rows: [['tensor', '0.5', '0.75']],
  });
  expect(betaTable({}, String).rows).toEqual([]);
});
