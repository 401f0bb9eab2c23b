// What a run leaves of the blocks' frozen coefficients where not all of them fit: one block's at a time are on the device, and a pass that enters
// another block has them made anew from the residual stream before it, by the same kernels and so to the same bits, or copied back from the host.
// Patterns are the large part: heads · tokens² numbers a block. What stands before and after the blocks is always kept.

import { cancelled } from '../tensor/errors';
import type { Frozen } from './op';
import type { Op, ValueName } from './program';
import { allThere, type WeightStream } from './weightStream';

/** All on the device, made anew when a pass enters a block, or copied from the host then. */
export type Keeping = 'kept' | 'recomputed' | 'spilled';

export type BlockFrozen = ReadonlyMap<ValueName, Frozen>;

export interface BlockCoefficients {
  /** Resolves when the block's coefficients are on the device; they stay there until `leave`. Waits while another block is held. */
  enter(block: number): Promise<void>;
  leave(block: number): void;
  /** What an op of the block that is held has frozen. */
  frozen(name: ValueName): Frozen | undefined;
  dispose(): void;
}

interface Held {
  readonly block: number;
  readonly ready: Promise<BlockFrozen>;
  frozen: BlockFrozen | null;
  holders: number;
}

/** `restore` brings a block's coefficients to the device, `free` takes them from it. */
export function createBlockCoefficients(
  restore: (block: number) => Promise<BlockFrozen>,
  free: (frozen: BlockFrozen) => void,
): BlockCoefficients {
  let held: Held | null = null;
  let waiting: (() => void)[] = [];
  let disposed = false;

  const wake = () => {
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  };
  const drop = () => {
    if (held?.frozen) free(held.frozen);
    held = null;
  };
  const release = (one: Held) => {
    one.holders--;
    if (one.holders === 0) wake();
  };

  return {
    async enter(block) {
      while (held && held.block !== block && held.holders > 0)
        await new Promise<void>((resolve) => waiting.push(resolve));
      if (disposed) throw cancelled();
      if (held?.block !== block) {
        drop();
        held = { block, ready: restore(block), frozen: null, holders: 0 };
      }
      const one = held!;
      one.holders++;
      try {
        one.frozen = await one.ready;
      } catch (error) {
        if (held === one) held = null;
        release(one);
        throw error;
      }
    },
    leave(block) {
      if (held?.block === block) release(held);
    },
    frozen: (name) => held?.frozen?.get(name),
    dispose() {
      disposed = true;
      drop();
      wake();
    },
  };
}

/** A stream whose passes hold the coefficients of the block that they are in. */
export function withBlocks(stream: WeightStream | undefined, blocks: BlockCoefficients): WeightStream {
  return {
    ...stream,
    pass(ops) {
      const weights = stream?.pass(ops) ?? allThere;
      let inside: number | null = null;
      const leave = () => {
        if (inside !== null) blocks.leave(inside);
        inside = null;
      };
      return {
        ...weights,
        async use(at, encode) {
          const { stage } = ops[at]!;
          const block = typeof stage === 'number' ? stage : null;
          if (block !== inside) {
            leave();
            if (block !== null) await blocks.enter(block);
            inside = block;
          }
          return weights.use(at, encode);
        },
        end() {
          leave();
          weights.end();
        },
      };
    },
  };
}

const freezing: ReadonlySet<Op['kind']> = new Set(['norm', 'pattern', 'mix', 'activate', 'gate', 'scale', 'pool']);

/** Whether a run freezes something at the op. */
export function freezes({ kind }: Op): boolean {
  return freezing.has(kind);
}
