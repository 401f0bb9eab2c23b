import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import { alti, altiLayer } from './alti';
import type { VectorNorms } from './attentionVectors';
import { chain, withRowSumOne } from './chain';
import { globenc } from './globenc';
import { mixingRatio } from './mixingRatio';
import { rawAttention } from './rawAttention';
import { rolloutOfAttention, valueWeightedRollout } from './rolloutOfNorms';

const f64 = (...values: number[]) => Float64Array.from(values);
/** Two tokens, causal: token 0 keeps (2, 0); token 1 gets (1, −1) from token 0 and keeps (0, 3). */
const block: VectorNorms = {
  attention: f64(1, 0, 1, 3),
  residual: f64(2, 0, Math.SQRT2, 3),
  normed: null,
  normedTwice: null,
  rest: f64(0, 2, 3, 2), // |(2,0)−(2,0)|, |(2,0)|; |(1,2)−(1,−1)|, |(1,2)−(0,3)|
  whole: f64(2, 3), // y = (2, 0) and (1, 2)
  mixed: f64(0, Math.SQRT2),
  kept: f64(2, 3),
};

describe('vector norms by hand', () => {
  test('raw attention: a head, the mean, the largest', () => {
    const pattern = [1, 0, 0.25, 0.75, 1, 0, 0.75, 0.25]; // two heads, two tokens
    expect([...rawAttention(pattern, 2, 1)]).toEqual([1, 0, 0.75, 0.25]);
    expect([...rawAttention(pattern, 2, 'mean')]).toEqual([1, 0, 0.5, 0.5]);
    expect([...rawAttention(pattern, 2, 'max')]).toEqual([1, 0, 0.75, 0.75]);
  });

  test('ALTI: what brings a token nearer to what it becomes', () => {
    // token 1: 3 − 3 = 0 from token 0, 3 − 2 = 1 from itself
    expect([...altiLayer(block)]).toEqual([1, 0, 0, 1]);
    const towards = { whole: f64(2, 4), rest: f64(0, 2, 3, 1) };
    expect([...altiLayer(towards)]).toEqual([1, 0, 0.25, 0.75]);
    const away = { whole: f64(2, 1), rest: f64(0, 2, 5, 4) }; // nothing helps: all of it stays with the token
    expect([...altiLayer(away)]).toEqual([1, 0, 0, 1]);
    const two = alti(
      [
        { ...block, ...towards },
        { ...block, ...towards },
      ],
      2,
    );
    expect([...two[1]!]).toEqual([1, 0, 0.25 + 0.75 * 0.25, 0.5625]);
  });

  test('rollouts: of Attn-N half for the token itself, of AttnRes-N no half', () => {
    expect([...rolloutOfAttention([block], 2)[0]!]).toEqual([1, 0, 0.125, 0.875]);
    expect([...rolloutOfAttention([block, block], 2)[1]!]).toEqual([1, 0, 0.125 + 0.875 * 0.125, 0.875 ** 2]);
    const share = Math.SQRT2 / (Math.SQRT2 + 3);
    expect(relativeError(valueWeightedRollout([block], 2)[0]!, [1, 0, share, 1 - share])).toBeLessThan(1e-15);
    const normed = { ...block, normed: f64(4, 0, 1, 3) };
    expect([...valueWeightedRollout([normed], 2)[0]!]).toEqual([1, 0, 0.25, 0.75]);
  });

  test('GlobEnc multiplies as it is, the later block on the left; without norms there is none', () => {
    const first = { ...block, normedTwice: f64(1, 0, 2, 3) };
    const second = { ...block, normedTwice: f64(5, 0, 7, 11) };
    expect([...globenc([first, second], 2)![1]!]).toEqual([5, 0, 7 + 22, 33]);
    expect(globenc([first, block], 2)).toBeNull();
  });

  test('mixing ratio', () => {
    expect(relativeError(mixingRatio(block), [0, Math.SQRT2 / (Math.SQRT2 + 3)])).toBeLessThan(1e-15);
    expect([...mixingRatio({ mixed: f64(0), kept: f64(0) })]).toEqual([0]);
  });

  test('a row without weight goes to its own token', () => {
    expect([...withRowSumOne([0, 0, 1, 3], 2)]).toEqual([1, 0, 0.25, 0.75]);
    expect(chain([], 2)).toEqual([]);
  });
});
