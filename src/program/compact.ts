// The `push` reading for starts that are smaller than they look: signals of which every row is a combination of few, the same for all tokens. Each op
// works on the few as long as that is cheaper than working on all rows; what is cheaper is decided by the number of rows alone. From where only one
// value with all rows is left `push` goes on. Same results as `push` of the expanded start, up to rounding.
//
// Two starts have this form. Sources (sources.ts): before the first mix a source is one row, at its own token; after it, source j at token i is
// Σ_h A_h[i, j] u_jh, a row a head, and what it keeps to itself. So the first attention and the matrix after it cost next to nothing. And unit vectors at
// all tokens (merged.ts): the same rows everywhere, until an op has coefficients of its own for every token.

import type { DeviceArray, FrozenNorm, Signal } from './backend';
import { createLiveSignals, type LiveSignals } from './liveSignals';
import type { Frozen, ReadingContext } from './op';
import { type LinearisedOp, readingsOf } from './ops';
import { type Path, readerCounts } from './path';
import type { NormOp, ValueName } from './program';
import { type Checkpoint, type FrozenOf, linearFlops, push } from './readings';
import { rowsOf } from './staggered';
import { weightPass } from './weightStream';

/** Rows that tokens share: at token i they are multiplied by numbers of that token. */
export interface SharedRows {
  readonly basis: Signal;
  /** Of each source at its own token, one column, added to the rest; null: nothing. */
  readonly own: Signal | null;
  /** 1/σ of a norm [token], over the basis; null: none. */
  readonly scales: DeviceArray | null;
  /** The mix that the sources have met in; null: every token has the same rows. */
  readonly mixed: { readonly pattern: DeviceArray; readonly causal: boolean } | null;
}

type Value =
  /** All rows. */
  | { readonly form: 'full'; readonly full: Signal }
  /** Sources that have not met: one row each, at its own token. */
  | { readonly form: 'apart'; readonly rows: Signal }
  | { readonly form: 'shared'; readonly shared: SharedRows; expanded: Signal | null };

/** How a compact signal becomes one with all rows, and how many those are. */
export interface Expansion {
  readonly rows: number;
  apart(rows: Signal): Signal;
  shared(shared: SharedRows): Signal;
  /** Numbers 1, at least one a token of the prompt. */
  readonly ones: DeviceArray;
}

export type CompactStart = { readonly apart: Signal } | { readonly shared: Signal };

/** `start` stays the caller's, the result is the caller's to free. */
export async function pushCompact(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: CompactStart,
  expansion: Expansion,
  checkpoint: Checkpoint,
): Promise<Signal> {
  const { backend } = context;
  const live = createLiveSignals(backend);
  const uses = readerCounts(path);
  const from: Value =
    'apart' in start
      ? { form: 'apart', rows: live.adopt(start.apart) }
      : {
          form: 'shared',
          shared: { basis: live.adopt(start.shared), own: null, scales: null, mixed: null },
          expanded: null,
        };
  const started = 'apart' in start ? start.apart : start.shared;
  live.adopt(started); // the caller's own reference: never released here
  const values = new Map<ValueName, Value>([[path.from, from]]);
  let spent = 0;

  const full = (value: Value): Signal => {
    if (value.form === 'full') return value.full;
    if (value.form === 'apart') return expansion.apart(value.rows); // seldom, and used once
    if (!value.expanded) {
      value.expanded = live.adopt(expansion.shared(value.shared));
      spent += 2 * rowsOf(value.expanded) * value.expanded.channels * heads(value.shared);
    }
    return value.expanded;
  };

  const onEach = (op: LinearisedOp, x: Signal): Signal => {
    const readings = readingsOf(op);
    spent += readings.linearCost(op, x.tokens, x.columns).flops;
    return readings.push(context, op, frozenOf(op.output), [x], false);
  };

  const onAll = (op: LinearisedOp, inputs: readonly Value[]): Value => {
    const readings = readingsOf(op);
    const signals = inputs.map(full);
    const result = live.adopt(readings.push(context, op, frozenOf(op.output), signals, false));
    for (const [at, signal] of signals.entries()) if (inputs[at]!.form === 'apart') backend.free(signal.data);
    spent += linearFlops(op, result);
    return { form: 'full', full: result };
  };

  const asShared = (shared: SharedRows): Value => ({ form: 'shared', shared, expanded: null });

  /** One op on every row of the few, where its map is the same at all tokens. */
  const onShared = (op: LinearisedOp, { basis, own, scales, mixed }: SharedRows): Value =>
    asShared({ basis: live.adopt(onEach(op, basis)), own: own && live.adopt(onEach(op, own)), scales, mixed });

  /** The norm without its 1/σ on what tokens share; what stands at its own token has that of this token. */
  const normShared = (op: NormOp, { basis, own, mixed }: SharedRows): Value => {
    const { inverseSigma } = frozenOf(op.output) as { inverseSigma: DeviceArray };
    const frozen: FrozenNorm = { kind: op.norm, gain: context.weight(op.gain.name), inverseSigma: expansion.ones };
    spent += readingsOf(op).linearCost(op, basis.tokens, basis.columns).flops;
    const normed = live.adopt(backend.norm(basis, frozen, null));
    return asShared({ basis: normed, own: own && live.adopt(onEach(op, own)), scales: inverseSigma, mixed });
  };

  const addOwn = (op: LinearisedOp, { basis, own, scales, mixed }: SharedRows, rows: Signal): Value => {
    if (own) spent += readingsOf(op).linearCost(op, rows.tokens, rows.columns).flops;
    const sum = live.adopt(own ? backend.add(own, rows) : rows);
    return asShared({ basis: live.adopt(basis), own: sum, scales, mixed });
  };

  const encode = (op: LinearisedOp, inputs: readonly Value[], frozen: Frozen): Value => {
    const [first, second] = inputs as readonly [Value, Value?];
    if (inputs.every((input) => input.form === 'apart') && op.kind !== 'pool') {
      if (op.kind !== 'mix') {
        const readings = readingsOf(op);
        const rows = inputs.map((input) => (input as { rows: Signal }).rows);
        spent += readings.linearCost(op, rows[0]!.tokens, 1).flops;
        return { form: 'apart', rows: live.adopt(readings.push(context, op, frozen, rows, false)) };
      }
      const basis = live.adopt(backend.headsApart((first as { rows: Signal }).rows, op));
      const mixed = { pattern: frozen.pattern as DeviceArray, causal: op.causal };
      return asShared({ basis, own: null, scales: null, mixed });
    }
    if (op.kind === 'add' && first.form === 'shared' && second?.form === 'apart' && first.shared.mixed)
      return addOwn(op, first.shared, second.rows);
    if (op.kind === 'add' && first.form === 'apart' && second?.form === 'shared' && second.shared.mixed)
      return addOwn(op, second.shared, first.rows);
    if (first.form === 'shared' && sharedRowsOf(first.shared) < expansion.rows) {
      if (op.kind === 'linear' || op.kind === 'scale' || op.kind === 'unembed') return onShared(op, first.shared);
      if (op.kind === 'norm' && first.shared.scales === null) return normShared(op, first.shared);
    }
    return onAll(op, inputs);
  };

  let weights = weightPass(context, []);
  try {
    let begun = 0;
    let piece = 0;
    for (const [at, op] of path.ops.entries()) {
      if (at === piece) {
        // Weights are announced up to where `push` may go on: it announces its own.
        begun = at;
        piece = nextCut(path, at);
        weights.end();
        weights = weightPass(context, path.ops.slice(begun, piece));
      }
      const names = readingsOf(op).linearInputs(op);
      const inputs = names.map((name) => values.get(name)!);
      spent = 0;
      const result = await weights.use(at - begun, () => encode(op, inputs, frozenOf(op.output)));
      values.set(op.output, result);
      for (const name of names) {
        uses.set(name, uses.get(name)! - 1);
        if (uses.get(name) === 0) release(live, values.get(name)!);
      }
      await checkpoint(spent);
      if (result.form === 'full' && at + 1 === piece) {
        weights.end();
        const rest = { from: op.output, to: path.to, ops: path.ops.slice(at + 1) };
        const image = await push(context, rest, frozenOf, result.full, false, checkpoint);
        if (image !== result.full) live.release(result.full);
        return image;
      }
    }
    const last = values.get(path.to)!;
    const result = full(last);
    if (last.form !== 'apart') live.adopt(result);
    release(live, last);
    return result;
  } catch (error) {
    live.releaseAllBut(started);
    throw error;
  } finally {
    weights.end();
  }
}

/** The first place behind op `at` where what is still to come depends on one value alone. */
function nextCut(path: Path, at: number): number {
  for (let cut = at + 1; cut < path.ops.length; cut++) {
    const { output } = path.ops[cut - 1]!;
    const made = new Set(path.ops.slice(cut).map((op) => op.output));
    const outside = path.ops
      .slice(cut)
      .flatMap((op) => readingsOf(op).linearInputs(op))
      .filter((name) => !made.has(name));
    if (outside.every((name) => name === output)) return cut;
  }
  return path.ops.length;
}

/** The few rows. */
function sharedRowsOf({ basis, own }: SharedRows): number {
  return basis.tokens * basis.columns + (own ? own.tokens : 0);
}

/** Rows of the basis that make one row of the whole. */
function heads({ basis, mixed }: SharedRows): number {
  return mixed ? basis.columns : 1;
}

function release(live: LiveSignals, value: Value): void {
  if (value.form === 'full') live.release(value.full);
  else if (value.form === 'apart') live.release(value.rows);
  else {
    const { shared, expanded } = value;
    for (const signal of [shared.basis, shared.own, expanded]) if (signal) live.release(signal);
  }
}
