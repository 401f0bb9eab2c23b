// Which subjects a decoder is made from and which it is tested on: seeded, and with as many different objects among the first as there are (as in
// Hernandez et al. 2023: shuffled, then round robin over objects). Pure.

import { seededRandom } from '../../tensor/random';

export interface Split {
  /** Indices of all facts, in the order in which they are taken: the first m make the decoder. */
  readonly order: readonly number[];
}

export function splitsOf(objects: readonly (string | number)[], count: number, seed: number): Split[] {
  return Array.from({ length: count }, (_, split) => ({ order: coveringOrder(objects, 1000 * seed + split) }));
}

/** One fact of every object before the second of any. */
function coveringOrder(objects: readonly (string | number)[], seed: number): number[] {
  const queues = new Map<string | number, number[]>();
  for (const at of shuffled(objects.length, seededRandom(seed))) {
    const queue = queues.get(objects[at]!) ?? [];
    queue.push(at);
    queues.set(objects[at]!, queue);
  }
  const order: number[] = [];
  for (let round = 0; order.length < objects.length; round++) {
    for (const queue of queues.values()) if (round < queue.length) order.push(queue[round]!);
  }
  return order;
}

/** 0 … length − 1 in a random order (Fisher–Yates). */
export function shuffled(length: number, random: () => number): number[] {
  const order = Array.from({ length }, (_, at) => at);
  for (let at = length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
