// What of the logits is explained: a direction c in logit space. The tensor explains the number c · logits, so contributions along a direction sum
// to it, together with the bias.   e_c: unit vector of class c, V: size of the vocabulary, p: softmax(logits)
//   centred   e_c − 1/V            logit_c − mean logit            (default; unmoved by a constant added to all logits)
//   logit     e_c                  logit_c
//   contrast  e_c − mean e_rival   logit_c − mean logit of rivals  (no rivals named: the runner-up)
//   logprob   e_c − p              logit_c − Σ p_v logit_v         (the gradient of log p_c; vanishes when p_c → 1)
// A model that ends in a soft cap, κ tanh(logit / κ), is explained before it: `logit` is what goes into the cap, p comes after it, and logprob has
// the cap's slopes in it, (e_c − p) ⊙ (1 − tanh²(logit / κ)), so that it stays the gradient of log p_c.

import type { Direction } from '../engine/protocol';
import { UserError } from '../tensor/errors';

export interface LogitDirection {
  readonly class: number;
  /** Classes that the direction is compared with; empty except for `contrast`. */
  readonly rivals: readonly number[];
  readonly cotangent: Float64Array; // [vocab]
  /** cotangent · logits: what contributions and bias must sum to. */
  readonly conserves: number;
  /** The explained number in words: "logit mary − logit john". */
  readonly words: string;
}

/** class null: the largest logit. `word` spells a class. `softCap`: what the model's logits go through after these; null: nothing. */
export function logitDirection(
  logits: ArrayLike<number>, // [vocab]
  chosen: number | null,
  direction: Direction,
  word: (id: number) => string,
  softCap: number | null = null,
): LogitDirection {
  const index = chosen ?? largest(logits, -1);
  checkClass(index, logits.length);
  if (logits.length === 1 && direction.kind !== 'logit') {
    throw new UserError(
      'bad-request',
      'This model has a single class, so there is nothing to hold its logit against: choose the direction “logit”.',
    );
  }
  const cotangent = new Float64Array(logits.length);
  let rivals: readonly number[] = [];
  let words = `logit ${word(index)}`;
  switch (direction.kind) {
    case 'logit':
      break;
    case 'centred':
      cotangent.fill(-1 / logits.length);
      words += ' − mean logit';
      break;
    case 'logprob':
      cotangent.set(softmax(softCap === null ? logits : capped(logits, softCap)).map((p) => -p));
      words += ' − logit expected under p';
      break;
    case 'contrast':
      rivals = chooseRivals(logits, index, direction.rivals);
      for (const rival of rivals) cotangent[rival] = -1 / rivals.length;
      words += ` − ${describeRivals(rivals, word)}`;
      break;
    default:
      direction satisfies never;
  }
  cotangent[index]! += 1;
  if (softCap !== null) {
    words += ', before the soft cap';
    if (direction.kind === 'logprob') {
      for (let v = 0; v < logits.length; v++) cotangent[v]! *= 1 - Math.tanh(logits[v]! / softCap) ** 2;
    }
  }
  let conserves = 0;
  for (let v = 0; v < logits.length; v++) conserves += cotangent[v]! * logits[v]!;
  return { class: index, rivals, cotangent, conserves, words };
}

function chooseRivals(logits: ArrayLike<number>, index: number, named: readonly number[]): readonly number[] {
  const rivals = named.length > 0 ? [...new Set(named)] : [largest(logits, index)];
  for (const rival of rivals) {
    checkClass(rival, logits.length);
    if (rival === index)
      throw new UserError('bad-request', 'A class cannot be contrasted with itself. Choose another rival.');
  }
  return rivals;
}

function describeRivals(rivals: readonly number[], word: (id: number) => string): string {
  if (rivals.length === 1) return `logit ${word(rivals[0]!)}`;
  const named = rivals.slice(0, 3).map(word).join(', ');
  const others = rivals.length - 3;
  return `mean logit of ${named}${others > 0 ? ` and ${others} more` : ''}`;
}

/** Index of the largest logit other than `except`; the first of equals; −1 when there is none. */
function largest(logits: ArrayLike<number>, except: number): number {
  let best = -1;
  for (let v = 0; v < logits.length; v++) {
    if (v !== except && (best < 0 || logits[v]! > logits[best]!)) best = v;
  }
  return best;
}

function capped(logits: ArrayLike<number>, softCap: number): Float64Array {
  return Float64Array.from(logits, (logit) => softCap * Math.tanh(logit / softCap));
}

function softmax(logits: ArrayLike<number>): Float64Array {
  const top = logits[largest(logits, -1)]!;
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function checkClass(index: number, size: number): void {
  if (Number.isInteger(index) && index >= 0 && index < size) return;
  throw new UserError('bad-request', `There is no class ${index}: the model has ${size}, counted from 0.`);
}
