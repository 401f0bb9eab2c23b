import { expect, it } from 'vitest';
import type { ModelInfo, Rate, RelationRequest, RelationResult } from '../../src/engine/protocol';
import { report } from './report';

const rate = (value: number): Rate => ({
  value,
  low: value - 0.1,
  high: value + 0.05,
  trials: 30,
  subjects: 12,
  lowest: value,
  highest: value,
});
const request = { splits: 2, seed: 3, beta: 1, layers: [0, 2], layer: 0, editRank: 8 } as unknown as RelationRequest;
const scores = (layer: number, value: number) => ({
  layer,
  training: 4,
  decoders: (['tensor', 'random'] as const).map((decoder) => ({
    decoder,
    faithfulness: rate(decoder === 'tensor' ? value : 0.2),
    accuracy: rate(0.1),
  })),
});
const result = {
  scores: [scores(0, 0.9), scores(2, 0.3)],
  causality: [{ edit: 'tensor', rate: rate(0.8) }],
  notes: ['One row was left out.'],
} as unknown as RelationResult;
const model = { id: 'tiny', title: 'tiny (GPT-2)' } as ModelInfo;

it('a table a layer, one of the edits, and what was left out', () => {
  const text = report(model, [{ name: 'city_river', request, result }]);
  expect(text).toContain('## Subject read at: embedding');
  expect(text).toContain('## Subject read at: before block 2');
  expect(text).toContain('| relation | made from | tested on | tensor | random |');
  expect(text).toContain('| city_river | 4 | 12 | 0.90 [0.80, 0.95] | 0.20 [0.10, 0.25] |');
  expect(text).toContain('| city_river | 4 | 12 | 0.30 [0.20, 0.35] |');
  expect(text).toContain('## Editing the subject (embedding, rank 8)');
  expect(text).toContain('| city_river | 0.80 [0.70, 0.85] |');
  expect(text).toContain('- city_river: One row was left out.');
  expect(report(model, [])).toBe('');
});
