// One traced run that questions are asked of. It stays alive as long as a question holds it, also when a newer run has replaced it.

import type { DeviceArray, Signal } from '../program/backend';
import { withBlocks } from '../program/blockCoefficients';
import { isPixels, type RunInput } from '../program/input';
import type { Frozen, ReadingContext } from '../program/op';
import { frozenHead, type Path, rangePath } from '../program/path';
import type { RestoreCost } from '../program/planner';
import type { Program, ValueName } from '../program/program';
import { runAlong, type Trace } from '../program/run';
import { cancelled } from '../tensor/errors';
import { createKeptContributions, type KeptContributions } from './keptContributions';
import type { LayerRange } from './protocol';

/** Where a range is read out: the residual stream after its last block, y (after the final norm), or the logits. */
export type ReadOut = 'none' | 'output' | 'logits';

/** A path and the coefficients frozen along it. */
export interface FrozenPath {
  readonly path: Path;
  readonly frozenOf: (output: ValueName) => Frozen;
}

export interface ActiveRun {
  readonly input: RunInput;
  /** Token ids; none of an image. */
  readonly ids: readonly number[];
  readonly trace: Trace;
  /** What it costs a pass to enter a block; null: the trace keeps all coefficients. */
  readonly restored: RestoreCost | null;
  /** Aborted when a newer run starts or the session ends. */
  readonly signal: AbortSignal;
  /** Runs `use` while the trace is kept alive; rejects with `cancelled` when the run is retired, before or meanwhile. */
  hold<T>(use: () => Promise<T>): Promise<T>;
  /** The path of a range with what is frozen along it; past its last block the logit lens has frozen the final norm and the head anew. */
  frozenPath(range: LayerRange, readOut: ReadOut): FrozenPath;
  /** A reading context for passes through the run: they bring the coefficients of the blocks that they enter. */
  reading(context: ReadingContext): ReadingContext;
  /** Calls `use` while a block's coefficients are on the device. */
  inBlock<T>(block: number, use: (frozenOf: (output: ValueName) => Frozen) => Promise<T>): Promise<T>;
  /** y, or the final norm applied to the residual stream after block `to` − 1 (the logit lens). */
  readOutAt(to: number): Signal;
  /** A short computation that several questions share, under way or done, by a key that names everything it depends on. */
  shared<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** Whether it has been asked for. */
  hasShared(key: string): boolean;
  /** Contributions on the device that later questions go on from; gone with the run. */
  readonly kept: KeptContributions;
  /** Finished results on the host that later questions may reuse; gone with the run. */
  readonly notes: Map<string, unknown>;
}

export interface OwnedRun extends ActiveRun {
  /** Takes no new questions; frees everything as soon as the last one has ended. */
  retire(): void;
}

interface Lens {
  readonly output: Signal;
  /** Along the final norm and the head. */
  readonly frozen: ReadonlyMap<ValueName, Frozen>;
}

/** `onFreed`: called when it holds nothing any more. */
export function createActiveRun(
  program: Program,
  context: ReadingContext,
  input: RunInput,
  trace: Trace,
  restored: RestoreCost | null,
  onFreed: () => void,
  keptBytes: number,
): OwnedRun {
  const { backend } = context;
  const abort = new AbortController();
  const lenses = new Map<number, Lens>([[program.blocks, { output: trace.output, frozen: trace.frozen }]]);
  const results = new Map<string, Promise<unknown>>();
  const owned = new Set<DeviceArray>();
  const kept = createKeptContributions(backend, keptBytes);
  let holders = 0;

  const freeWhenUnused = () => {
    if (holders > 0 || !abort.signal.aborted) return;
    for (const array of owned) backend.free(array);
    owned.clear();
    kept.clear();
    trace.dispose();
    onFreed();
  };

  function lens(to: number): Lens {
    const known = lenses.get(to);
    if (known) return known;
    const start = trace.hidden[to]!;
    const norm = runAlong(context, rangePath(program, to, to, 'output'), start);
    const output = norm.value;
    const headOps = frozenHead(program);
    const head = headOps && runAlong(context, headOps, output);
    const frozen = new Map([...norm.frozen, ...(head?.frozen ?? [])]);
    if (head && head.value !== output) backend.free(head.value.data);
    if (output !== start) owned.add(output.data);
    for (const arrays of frozen.values()) for (const array of Object.values(arrays)) owned.add(array);
    const made = { output, frozen };
    lenses.set(to, made);
    return made;
  }

  const { blocks } = trace;
  const frozenInTrace = (output: ValueName) => trace.frozen.get(output) ?? blocks?.frozen(output) ?? {};

  return {
    input,
    ids: isPixels(input) ? [] : input,
    trace,
    restored,
    signal: abort.signal,
    async hold(use) {
      if (abort.signal.aborted) throw cancelled();
      holders++;
      try {
        const result = await use();
        if (abort.signal.aborted) throw cancelled();
        return result;
      } catch (error) {
        throw abort.signal.aborted ? cancelled() : error; // whatever it failed of, nobody waits for it
      } finally {
        holders--;
        freeWhenUnused();
      }
    },
    frozenPath([from, to], readOut) {
      const path = rangePath(program, from, to, readOut);
      const { frozen } = readOut === 'none' ? { frozen: trace.frozen } : lens(to);
      return { path, frozenOf: (output) => frozen.get(output) ?? frozenInTrace(output) };
    },
    reading: (plain) => (blocks ? { ...plain, stream: withBlocks(plain.stream, blocks) } : plain),
    async inBlock(block, use) {
      await blocks?.enter(block);
      try {
        return await use(frozenInTrace);
      } finally {
        blocks?.leave(block);
      }
    },
    readOutAt: (to) => lens(to).output,
    shared<T>(key: string, make: () => Promise<T>) {
      const known = results.get(key) as Promise<T> | undefined;
      if (known) return known;
      const made = make();
      results.set(key, made);
      made.catch(() => results.delete(key)); // cancelled or failed: the next question tries again
      return made;
    },
    hasShared: (key) => results.has(key),
    kept,
    notes: new Map(),
    retire() {
      abort.abort();
      freeWhenUnused();
    },
  };
}
