import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Direction } from '../engine/protocol';
import { logitDirection } from './directions';
import { readGolden } from './testing/golden';

const WORDS = ['mary', 'john', 'ann', 'bob', 'eve'];
const word = (id: number) => WORDS[id]!;
const LOGITS = [3, 1, 2, -1, 0];
const describeDirection = (direction: Direction, chosen: number | null = null) =>
  logitDirection(LOGITS, chosen, direction, word);

describe('logit directions', () => {
  test('logit: the unit vector of the class', () => {
    const { cotangent, conserves, words } = describeDirection({ kind: 'logit' }, 2);
    expect([[...cotangent], conserves, words]).toEqual([[0, 0, 1, 0, 0], 2, 'logit ann']);
  });

  test('centred: minus the mean of the vocabulary', () => {
    const { cotangent, conserves, words } = describeDirection({ kind: 'centred' });
    expect([...cotangent]).toEqual([0.8, -0.2, -0.2, -0.2, -0.2]);
    expect(conserves).toBeCloseTo(2, 15); // 3 − mean 1
    expect(words).toBe('logit mary − mean logit');
  });

  test('contrast: minus the runner-up by default', () => {
    const { cotangent, conserves, words, rivals } = describeDirection({ kind: 'contrast', rivals: [] });
    expect([[...cotangent], conserves, words, rivals]).toEqual([[1, 0, -1, 0, 0], 1, 'logit mary − logit ann', [2]]);
    expect(describeDirection({ kind: 'contrast', rivals: [] }, 3).rivals).toEqual([0]); // the runner-up of a lower class is the top
  });

  test('contrast: minus the mean of named rivals, each counted once', () => {
    const { cotangent, conserves, words } = describeDirection({ kind: 'contrast', rivals: [1, 3, 1] });
    expect([[...cotangent], conserves, words]).toEqual([
      [1, -0.5, 0, -0.5, 0],
      3,
      'logit mary − mean logit of john, bob',
    ]);
    const many = describeDirection({ kind: 'contrast', rivals: [1, 2, 3, 4] });
    expect(many.words).toBe('logit mary − mean logit of john, ann, bob and 1 more');
  });

  test('logprob: the gradient of log p, by finite differences', () => {
    const { cotangent, words } = describeDirection({ kind: 'logprob' }, 1);
    const logProbability = (logits: readonly number[]) =>
      logits[1]! - Math.log(logits.reduce((sum, v) => sum + Math.exp(v), 0));
    for (const v of LOGITS.keys()) {
      const [up, down] = [1e-6, -1e-6].map((step) =>
        logProbability(LOGITS.map((value, k) => value + (k === v ? step : 0))),
      );
      expect(cotangent[v]).toBeCloseTo((up! - down!) / 2e-6, 8);
    }
    expect(words).toBe('logit john − logit expected under p');
  });

  test('before a soft cap: logprob is the gradient of log p after it, the other directions stay', () => {
    const cap = 2;
    const { cotangent, conserves, words } = logitDirection(LOGITS, 1, { kind: 'logprob' }, word, cap);
    const logProbability = (logits: readonly number[]) => {
      const capped = logits.map((logit) => cap * Math.tanh(logit / cap));
      return capped[1]! - Math.log(capped.reduce((sum, v) => sum + Math.exp(v), 0));
    };
    for (const v of LOGITS.keys()) {
      const [up, down] = [1e-6, -1e-6].map((step) =>
        logProbability(LOGITS.map((value, k) => value + (k === v ? step : 0))),
      );
      expect(cotangent[v]).toBeCloseTo((up! - down!) / 2e-6, 8);
    }
    expect(conserves).toBeCloseTo(
      LOGITS.reduce((sum, logit, v) => sum + logit * cotangent[v]!, 0),
      14,
    );
    expect(words).toBe('logit john − logit expected under p, before the soft cap');
    const plain = logitDirection(LOGITS, 1, { kind: 'logit' }, word, cap);
    expect([[...plain.cotangent], plain.conserves, plain.words]).toEqual([
      [0, 1, 0, 0, 0],
      1,
      'logit john, before the soft cap',
    ]);
  });

  test('a single class can be explained by its logit only', () => {
    expect(logitDirection([2.5], null, { kind: 'logit' }, String)).toMatchObject({ class: 0, conserves: 2.5 });
    for (const direction of [{ kind: 'centred' }, { kind: 'logprob' }, { kind: 'contrast', rivals: [] }] as const) {
      expect(() => logitDirection([2.5], null, direction, String)).toThrow(
        /a single class.*choose the direction “logit”/,
      );
    }
  });

  test('every direction but logit is unmoved by a constant on all logits, even a large one', () => {
    const directions: Direction[] = [
      { kind: 'centred' },
      { kind: 'logprob' },
      { kind: 'contrast', rivals: [] },
      { kind: 'contrast', rivals: [1, 2] },
    ];
    for (const direction of directions) {
      const moved = logitDirection(
        LOGITS.map((logit) => logit + 1024),
        null,
        direction,
        word,
      );
      const still = describeDirection(direction);
      expect(moved.class).toBe(still.class);
      expect([...moved.cotangent]).toEqual([...still.cotangent]);
      expect(moved.cotangent.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 14);
      expect(moved.conserves).toBeCloseTo(still.conserves, 11);
    }
  });

  test('conserves is cotangent · logits, for any logits and class', () => {
    const logits = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 20 });
    const kind = fc.constantFrom<Direction>(
      { kind: 'centred' },
      { kind: 'logit' },
      { kind: 'logprob' },
      { kind: 'contrast', rivals: [] },
    );
    fc.assert(
      fc.property(logits, kind, fc.nat(), (values, direction, pick) => {
        const chosen = pick % values.length;
        const { conserves, cotangent } = logitDirection(values, chosen, direction, String);
        const logit = values[chosen]!;
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const runnerUp = Math.max(...values.filter((_, v) => v !== chosen));
        const top = Math.max(...values);
        const weights = values.map((value) => Math.exp(value - top));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const expected = values.reduce((sum, value, v) => sum + (value * weights[v]!) / total, 0);
        const wanted = { centred: logit - mean, logit, logprob: logit - expected, contrast: logit - runnerUp }[
          direction.kind
        ];
        expect(conserves).toBeCloseTo(wanted, 10);
        expect(cotangent.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('the golden top class and its logit', () => {
    for (const model of ['gpt2', 'llama'] as const) {
      const golden = readGolden(model);
      const { data, shape } = golden.tensor('logits');
      const last = data.subarray((golden.json.class.positions[0] ?? 0) * shape[1]!).subarray(0, shape[1]);
      const direction = logitDirection(last, null, { kind: 'logit' }, String);
      expect(direction.class).toBe(golden.json.class.index);
      expect(direction.conserves).toBeCloseTo(golden.json.class.raw_logit, 5);
    }
  });

  test('classes that do not exist, and a class as its own rival, are refused in words', () => {
    expect(() => describeDirection({ kind: 'logit' }, 5)).toThrow('There is no class 5: the model has 5');
    expect(() => describeDirection({ kind: 'contrast', rivals: [-1] })).toThrow('There is no class -1');
    expect(() => describeDirection({ kind: 'contrast', rivals: [0] }, 0)).toThrow('cannot be contrasted with itself');
    expect(() => logitDirection([1, 2], 0, { kind: 'contrast', rivals: [2] }, word)).toThrow('There is no class 2');
  });
});
