// The `run` reading token by token: keys (positions turned already) and values of earlier tokens are kept, so that a new token costs one token's products
// and one row of attention. Nothing is frozen: what a tensor is asked about is a whole run. Exact: the same sums as a run's, in another order.

import type { Backend, DeviceArray, GradientPrimitives, Signal } from './backend';
import { runSteps, stepReaders } from './fuse';
import { createLiveSignals } from './liveSignals';
import type { ReadingContext, RunContext } from './op';
import { runReading } from './ops';
import { rotaryTable } from './ops/pattern';
import { embedOf, type MixOp, type PatternOp, type Program, type ValueName } from './program';
import type { Checkpoint } from './readings';
import { weightPass } from './weightStream';

export interface CachedRun {
  /** How many tokens are kept. */
  readonly tokens: number;
  /** Goes on with these tokens and returns y after the last of them, [1, 1, dModel], which the caller frees. After an error nothing is kept. */
  append(ids: readonly number[], checkpoint: Checkpoint): Promise<Signal>;
  dispose(): void;
}

/** Kept keys and values grow by so many tokens at a time. */
const grain = 64;
/** New tokens that go through together: bounds the rows of attention. */
const chunk = 128;

const roundUp = (tokens: number, to: number) => to * Math.ceil(tokens / to);

/** Bytes of what is kept of so many tokens. */
export function keptBytes(program: Program, tokens: number, bytesPerNumber: number): number {
  const widths = new Map<ValueName, number>();
  for (const op of program.ops) {
    if (op.kind === 'pattern') widths.set(op.key, op.kvHeads * op.dHead);
    else if (op.kind === 'mix') widths.set(op.value, op.kvHeads * op.dHead);
  }
  const width = [...widths.values()].reduce((sum, each) => sum + each, 0);
  return width * roundUp(tokens, grain) * bytesPerNumber;
}

export async function createCachedRun(reading: ReadingContext, program: Program): Promise<CachedRun> {
  const { backend } = reading;
  const attention = await backend.gradients();
  const keys = new Map<ValueName, Signal>();
  const values = new Map<ValueName, Signal>();
  const tables = createTables(backend);
  const padding = embedOf(program)?.padding ?? null;
  let tokens = 0;
  let counted = 0; // tokens that are not padding
  let dead = false;
  const added = new Set<string>(); // keys and values that have the tokens of this pass

  const dispose = () => {
    if (dead) return;
    dead = true;
    for (const { data } of [...keys.values(), ...values.values()]) backend.free(data);
    tables.dispose();
  };

  /** One chunk; returns y of its tokens. */
  async function pass(ids: readonly number[], checkpoint: Checkpoint): Promise<Signal> {
    const places = ids.map((id, at) => (padding === null ? tokens + at : id === padding ? 0 : ++counted));
    const [idRows, positions] = [backend.uploadIndices(ids, 'token ids'), backend.uploadIndices(places, 'positions')];
    // Patterns and mixes, which alone read what is frozen, are computed here.
    const context: RunContext = {
      ...reading,
      ids: idRows,
      patches: null,
      positions,
      zeroed: [],
      table: tables.of,
      frozen: () => ({}),
    };
    const live = createLiveSignals(backend);
    const kept = new Set<ValueName>([program.output]);
    const steps = runSteps(
      program.ops.filter(({ kind }) => kind !== 'unembed'),
      kept,
    );
    const uses = stepReaders(steps, kept);
    const found = new Map<ValueName, Signal>();
    const weights = new Map<ValueName, Signal>();
    const loaded = weightPass(
      reading,
      steps.map(({ op }) => op),
    );
    try {
      for (const [at, { op, ops, output, ...step }] of steps.entries()) {
        const inputs = step.inputs.map((name) => found.get(name!)!);
        if (op.kind === 'pattern') weights.set(op.output, weigh(op, inputs[0]!, inputs[1]!));
        else if (op.kind === 'mix') {
          found.set(output, live.adopt(mixKept(op, inputs[0]!, weights)));
          if (!steps.slice(at + 1).some((later) => later.op.kind === 'mix' && later.op.pattern === op.pattern)) {
            backend.free(weights.get(op.pattern)!.data);
            weights.delete(op.pattern);
          }
        } else {
          const epilogue = { multiply: null, added: step.added === null ? null : found.get(step.added)! };
          const result = await loaded.use(at, () => runReading(op).run(context, op, inputs, epilogue));
          found.set(output, live.adopt(result.value!));
          for (const array of Object.values(result.frozen)) backend.free(array);
        }
        for (const name of [...step.inputs, step.added]) if (name !== null) uses.set(name, uses.get(name)! - 1);
        for (const name of new Set([...step.inputs, step.added, output])) {
          const value = name === null ? undefined : found.get(name);
          if (!value || uses.get(name!)) continue;
          live.release(value);
          found.delete(name!);
        }
        await checkpoint(ops.reduce((sum, each) => sum + runReading(each).runCost(each, ids.length).flops, 0));
      }
      tokens += ids.length;
      return found.get(program.output)!;
    } catch (error) {
      live.releaseAll();
      throw error;
    } finally {
      loaded.end();
      for (const { data } of weights.values()) backend.free(data);
      for (const array of [idRows, positions]) backend.free(array);
    }
  }

  /** Attention weights of the new tokens over all tokens so far. */
  function weigh(op: PatternOp, query: Signal, key: Signal): Signal {
    const rotary = op.rotary && rotaryTable(op.rotary, roundUp(tokens + query.tokens, grain), tables.of);
    const turned = (x: Signal) => (rotary ? attention.turn(x, op.dHead, rotary, false) : x);
    const q = turned(here(query));
    if (!added.has(op.key)) {
      const k = turned(here(key));
      keep(keys, op.key, k);
      if (rotary) backend.free(k.data);
      added.add(op.key);
    }
    const products = attention.headProducts(q, keys.get(op.key)!, op);
    const slopes = op.slopes ? tables.of(`slopes ${op.slopes.join(' ')}`, [op.heads], () => op.slopes!) : null;
    const weights = attention.weighKeys(products, op, slopes);
    backend.free(products.data);
    if (rotary) backend.free(q.data);
    return weights;
  }

  function mixKept(op: MixOp, value: Signal, weights: ReadonlyMap<ValueName, Signal>): Signal {
    const name = `${op.value}, mixed`; // a key may be mixed too
    if (!added.has(name)) keep(values, op.value, here(value));
    added.add(name);
    return { ...attention.contractKeys(weights.get(op.pattern)!, values.get(op.value)!, op, 1), firstToken: 0 };
  }

  /** The new tokens in their place behind those that are kept. */
  const here = (x: Signal): Signal => ({ ...x, firstToken: tokens });

  function keep(kept: Map<ValueName, Signal>, name: ValueName, rows: Signal): void {
    const room = roundUp(tokens + rows.tokens, grain);
    let old = kept.get(name);
    if (!old || old.tokens < room) {
      const shape = [room, 1, rows.channels];
      const empty = {
        firstToken: 0,
        tokens: room,
        columns: 1,
        channels: rows.channels,
        data: backend.zeros(shape, name),
      };
      const grown = old ? backend.add(old, empty) : empty;
      if (old) for (const { data } of [old, empty]) backend.free(data);
      old = grown;
      kept.set(name, grown);
    }
    kept.set(name, backend.add(old, rows));
    backend.free(old.data);
  }

  return {
    get tokens() {
      return tokens;
    },
    async append(ids, checkpoint) {
      if (dead || ids.length === 0) throw new Error(dead ? 'this run has ended' : 'no tokens to go on with');
      try {
        for (let first = 0; ; first += chunk) {
          const part = ids.slice(first, first + chunk);
          added.clear();
          const output = await pass(part, checkpoint);
          if (first + chunk < ids.length) {
            backend.free(output.data);
            continue;
          }
          return lastRow(backend, attention, output);
        }
      } catch (error) {
        dispose();
        throw error;
      }
    },
    dispose,
  };
}

/** The last token of a signal, by itself; the signal is freed. */
function lastRow(backend: Backend, attention: GradientPrimitives, x: Signal): Signal {
  if (x.tokens === 1) return x;
  const weights = new Float32Array(x.tokens);
  weights[x.tokens - 1] = 1;
  const data = backend.upload(weights, [1, 1, x.tokens], 'last token');
  const shape = { heads: 1, kvHeads: 1, dHead: x.channels, causal: false };
  const row = attention.contractKeys({ firstToken: 0, tokens: 1, columns: 1, channels: x.tokens, data }, x, shape, 1);
  for (const array of [data, x.data]) backend.free(array);
  return row;
}

/** Tables by name; one that is asked for anew with another shape replaces the old. */
function createTables(backend: Backend) {
  const made = new Map<string, DeviceArray>();
  const of: RunContext['table'] = (name, shape, make) => {
    const known = made.get(name);
    if (known && known.shape.join() === shape.join()) return known;
    if (known) backend.free(known);
    const table = backend.upload(make(), shape, name);
    made.set(name, table);
    return table;
  };
  return {
    of,
    dispose() {
      for (const table of made.values()) backend.free(table);
    },
  };
}
