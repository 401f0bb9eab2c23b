// Deletion curves (docs/FAITHFULNESS.md; the protocol of Samek et al. 2017 as AOPC, of Chefer et al. 2021 as positive and negative perturbation): tokens
// are masked in the order of a map, most relevant first (MoRF) or least relevant first (LeRF), and the answer is asked again. Pure: says which
// variants must be run, and what their answers add up to.
//
// A map that ranks well has a low MoRF curve and a high LeRF curve. It is judged by the areas under them and by their difference, LeRF − MoRF.
// This measures how the *order* of removals acts together on a model that is given inputs it has rarely seen; it is not localisation.

import { type End, matchedOrder, orderOf } from './orders';

/** The two ranges that are reported. */
export const fewTokens: readonly number[] = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];
export const mostTokens: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** How many of `eligible` tokens a fraction removes: ⌈f M⌉, with room for 0.1 + 0.2. */
export function removals(fraction: number, eligible: number): number {
  return Math.max(0, Math.ceil(fraction * eligible - 1e-9));
}

/** What the model says of one variant. */
export interface Answered {
  /** log p of the answer. */
  readonly logProbability: number;
  /** The model's first choice. */
  readonly top: number;
}

/** Scores of a curve at each fraction. */
export interface Curve {
  readonly probability: readonly number[];
  /** p / p of the unmasked prompt. */
  readonly relative: readonly number[];
  /** log p − log p of the unmasked prompt, in nats. */
  readonly logProbability: readonly number[];
  /** 1 where the answer is still the model's first choice. */
  readonly agreement: readonly number[];
}

export type Measure = keyof Curve;

/** Areas under the two curves, divided by the range of fractions: mean heights. */
export interface Areas {
  readonly morf: number;
  readonly lerf: number;
  /** LeRF − MoRF: larger is better. */
  readonly gap: number;
}

export interface Deletion {
  readonly morf: Curve;
  readonly lerf: Curve;
}

export interface Removal {
  readonly scores: ArrayLike<number>; // [token of the prompt]
  readonly eligible: readonly number[];
  readonly fractions: readonly number[];
  /** Decides ties. */
  readonly seed: number;
  /** Compare only tokens at like distances (orders.ts). */
  readonly matched: boolean;
}

/** Tokens removed at each fraction, ascending: what must be run. */
export function removedSets({ scores, eligible, fractions, seed, matched }: Removal, end: End): number[][] {
  const order = (matched ? matchedOrder : orderOf)(scores, eligible, end, seed);
  return fractions.map((fraction) => order.slice(0, removals(fraction, eligible.length)).sort((a, b) => a - b));
}

/** Names a set of tokens: two maps that remove the same tokens need one run. */
export function setKey(tokens: readonly number[]): string {
  return tokens.join(' ');
}

/** The different non-empty sets of all removals, both ends. */
export function variantsOf(removals: readonly Removal[]): number[][] {
  const sets = new Map<string, number[]>();
  for (const removal of removals) {
    for (const end of ['most', 'least'] as const) {
      for (const set of removedSets(removal, end)) if (set.length > 0) sets.set(setKey(set), set);
    }
  }
  return [...sets.values()];
}

/** Curves from the answers of all variants by `setKey`; '' is the unmasked prompt. */
export function deletionOf(removal: Removal, answers: ReadonlyMap<string, Answered>): Deletion {
  const whole = answers.get('')!;
  const curve = (end: End): Curve => {
    const steps = removedSets(removal, end).map((set) => answers.get(setKey(set))!);
    return {
      probability: steps.map(({ logProbability }) => Math.exp(logProbability)),
      relative: steps.map(({ logProbability }) => Math.exp(logProbability - whole.logProbability)),
      logProbability: steps.map(({ logProbability }) => logProbability - whole.logProbability),
      agreement: steps.map(({ top }) => (top === whole.top ? 1 : 0)),
    };
  };
  return { morf: curve('most'), lerf: curve('least') };
}

/** ∫ curve d fraction by trapezoids, divided by the range: the curve's mean height. */
export function areaUnder(curve: readonly number[], fractions: readonly number[]): number {
  let area = 0;
  for (let at = 1; at < fractions.length; at++) {
    area += ((curve[at]! + curve[at - 1]!) / 2) * (fractions[at]! - fractions[at - 1]!);
  }
  return area / (fractions.at(-1)! - fractions[0]!);
}

export function areasOf({ morf, lerf }: Deletion, measure: Measure, fractions: readonly number[]): Areas {
  const [most, least] = [areaUnder(morf[measure], fractions), areaUnder(lerf[measure], fractions)];
  return { morf: most, lerf: least, gap: least - most };
}
