// Contributions of a run that stay on the device for the next question: chunks of Z at the end of a block range, before any read-out. `in`, `in_out` and
// `in_class` of one range collapse the same Z; a longer range with the same beginning goes on from it. The least recently used go first when the
// bytes allowed are used up.

import type { Backend, Signal } from '../program/backend';
import { sizeOf } from '../tensor/shape';
import type { GateRule } from './protocol';

export interface ContributionsKey {
  readonly from: number;
  /** Blocks [from, to). */
  readonly to: number;
  readonly gateRule: GateRule;
}

export interface Kept {
  readonly key: ContributionsKey;
  /** Sources in order: chunk c holds the columns from `firstSource` on. */
  readonly chunks: readonly { readonly firstSource: number; readonly z: Signal }[];
}

export interface KeptContributions {
  /** The kept range with this beginning and rule that ends last and not after `to`; null: none. Not freed before `release`. */
  borrow(key: ContributionsKey): { readonly kept: Kept; release(): void } | null;
  /** What `borrow` would give. */
  find(key: ContributionsKey): Kept | null;
  /** Whether so much may be kept at all. */
  allows(bytes: number): boolean;
  /** Frees the least recently used until so much fits beside the others. */
  makeRoom(bytes: number): void;
  /** Takes the chunks over. */
  put(kept: Kept): void;
  clear(): void;
}

interface Entry {
  readonly kept: Kept;
  readonly bytes: number;
  borrowers: number;
  evicted: boolean;
}

export function createKeptContributions(backend: Backend, allowedBytes: number): KeptContributions {
  let entries: Entry[] = []; // least recently used first

  const free = ({ kept }: Entry) => {
    for (const { z } of kept.chunks) backend.free(z.data);
  };
  const evict = (entry: Entry) => {
    entries = entries.filter((one) => one !== entry);
    entry.evicted = true;
    if (entry.borrowers === 0) free(entry);
  };
  const total = () => entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const best = ({ from, to, gateRule }: ContributionsKey): Entry | null =>
    entries
      .filter(({ kept: { key } }) => key.from === from && key.gateRule === gateRule && key.to <= to)
      .reduce<Entry | null>((last, entry) => (last && last.kept.key.to >= entry.kept.key.to ? last : entry), null);

  return {
    find: (key) => best(key)?.kept ?? null,
    borrow(key) {
      const entry = best(key);
      if (!entry) return null;
      entries = [...entries.filter((one) => one !== entry), entry];
      entry.borrowers++;
      let released = false;
      return {
        kept: entry.kept,
        release() {
          if (released) return;
          released = true;
          entry.borrowers--;
          if (entry.evicted && entry.borrowers === 0) free(entry);
        },
      };
    },
    allows: (bytes) => bytes <= allowedBytes,
    makeRoom(bytes) {
      while (entries.length > 0 && total() + bytes > allowedBytes) evict(entries[0]!);
    },
    put(kept) {
      const same = entries.find(({ kept: { key } }) => sameKey(key, kept.key));
      if (same) evict(same);
      const bytes = kept.chunks.reduce((sum, { z }) => sum + sizeOf(z.data.shape) * backend.bytesPerNumber, 0);
      this.makeRoom(bytes);
      entries.push({ kept, bytes, borrowers: 0, evicted: false });
    },
    clear() {
      for (const entry of entries) evict(entry);
    },
  };
}

function sameKey(a: ContributionsKey, b: ContributionsKey): boolean {
  return a.from === b.from && a.to === b.to && a.gateRule === b.gateRule;
}
