import { expect, it } from 'vitest';
import type {
  DecoderName,
  DecoderScore,
  ModelInfo,
  Rate,
  RelationRequest,
  RelationResult,
} from '../../src/engine/protocol';
import { type KeptRelations, shortened, withRelations } from './kept';
import { relationSummary, report } from './report';

const rate = (value: number, subjects = 12): Rate => ({
  value,
  low: value - 0.1,
  high: value + 0.05,
  trials: 2 * subjects,
  subjects,
  lowest: value,
  highest: value,
});
const score = (decoder: DecoderName, value: number, subjects?: number): DecoderScore => ({
  decoder,
  faithfulness: rate(value, subjects),
  accuracy: rate(0.1, subjects),
});
const scores = (layer: number, value: number, subjects?: number) => ({
  layer,
  training: 4,
  decoders: [score('tensor', value, subjects), score('translation', 0.5, subjects), score('random', 0.2, subjects)],
});
const request = {
  template: 'The river of {} is',
  ...{ splits: 2, seed: 3, beta: 1, layers: [0, 2], layer: 0, editRank: 8, onlyKnown: true, facts: [{}, {}] },
} as unknown as RelationRequest;
const resultOf = (subjects?: number) =>
  ({
    scores: [scores(0, 0.9, subjects), scores(2, 0.3, subjects)],
    betas: [{ beta: 1.5, decoders: [score('tensor', 0.7)] }],
    causality: [{ edit: 'tensor', rate: rate(0.8) }],
    notes: ['One row was left out.'],
    model: rate(1),
    subjects: [{ subject: 'not kept' }],
  }) as unknown as RelationResult;
const model = { id: 'main', title: 'main (GPT-2)', device: { name: 'here' } } as ModelInfo;
const keptOf = (more: Partial<RelationRequest> = {}): KeptRelations =>
  withRelations(null, 'tiny', model, [shortened('city_river', { ...request, ...more }, resultOf())]);

it('a table a layer, one of other β, one of the edits, and what was left out', () => {
  const text = report([keptOf()]);
  expect(text).toContain('## tiny (GPT-2)\n');
  expect(text).toContain('### Subject read at: embedding');
  expect(text).toContain('| relation | made from | tested on | tensor | translation | random |');
  expect(text).toContain('| city_river | 4 | 12 | 0.90 [0.80, 0.95] | 0.50 [0.40, 0.55] | 0.20 [0.10, 0.25] |');
  expect(text).toContain('| city_river | 4 | 12 | 0.30 [0.20, 0.35] |');
  expect(text).toContain('### Other β, tensor (embedding)\n\n| relation | β = 1.5 |');
  expect(text).toContain('| city_river | 0.70 [0.60, 0.75] |');
  expect(text).toContain('### Editing the subject (embedding, rank 8)');
  expect(text).toContain('| city_river | 0.80 [0.70, 0.85] |');
  expect(text).toContain('- city_river: One row was left out.');
  expect(text).not.toContain('what is true:');
});

it('where all subjects count, accuracy has tables of its own', () => {
  const text = report([keptOf({ onlyKnown: false })]);
  expect(text).toContain('Says what is true:\n\n| relation |');
  expect(text).toContain('| city_river | 4 | 12 | 0.10 [0.00, 0.15] |');
});

it('the summary takes a model’s relations together, and names what the tensor does not beat', () => {
  const two = withRelations(keptOf(), 'tiny', model, [shortened('country_capital', request, resultOf(4))]);
  const text = relationSummary([two]);
  expect(text).toContain('2 relations, 16 held-out subjects.');
  // Wilson for 16 trials, of (24 × .9 + 8 × .9) / 32.
  expect(text).toContain(
    '* embedding: tensor 0.90 [0.67, 0.98]. At least as faithful: none; whole interval above: none.',
  );
  expect(text).toContain(
    '* before block 2: tensor 0.30 [0.13, 0.54]. At least as faithful: translation; whole interval above: none.',
  );
  expect(relationSummary([])).toBe('');
});

it('a relation that is decoded again takes the place of the one before', () => {
  const again = withRelations(keptOf(), 'tiny', model, [shortened('city_river', { ...request, seed: 9 }, resultOf())]);
  expect(again.relations.map(({ name, seed }) => [name, seed])).toEqual([['city_river', 9]]);
});
