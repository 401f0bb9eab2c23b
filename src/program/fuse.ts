// Which ops of a reading one call of the backend does together. A product can multiply what it makes by frozen coefficients and add another
// signal to it before it is stored, and a norm can add: so the activation after a product, the residual after either, and the sum of a value's
// cotangents cost no dispatch of their own, and what only lies between is never stored. Also leaves out what the gate rule does not read.
// Pure data: the readings carry the steps out, on every backend alike.

import { valueAtZero } from './activations';
import type { GateShares } from './op';
import { type LinearisedOp, readingsOf, runReading } from './ops';
import type { Path } from './path';
import type { AnyOp, Op, ValueName } from './program';

/** factor · the coefficients that the op `of` froze under this name. */
export interface FrozenFactor {
  readonly of: ValueName;
  readonly coefficients: 'multiplier' | 'up' | 'gate';
  readonly factor: number;
}

export interface Step<O extends AnyOp = LinearisedOp> {
  /** What is computed, and whose weights are read. */
  readonly op: O;
  /** Forward: the values read, in the op's order. `pull`: the values whose cotangents are made. null: not read, not made. */
  readonly inputs: readonly (ValueName | null)[];
  /** Forward: the value made. `pull`: the one whose cotangent is read. */
  readonly output: ValueName;
  readonly multiply: FrozenFactor | null;
  /** Forward: a value that is added. `pull`: the input, when the cotangent made is added to what it already has. */
  readonly added: ValueName | null;
  /** All ops that the step stands for. */
  readonly ops: readonly O[];
}

/** What `push` does along a path. `shares`: the gate rule. */
export function pushSteps(path: Path, shares: GateShares): Step[] {
  const steps = createSteps<LinearisedOp>(new Set([path.to]));
  const ops = liveOps(path, shares);
  steps.count(ops.map((op) => inputsOf(op, shares)));
  for (const op of ops) {
    const fused = (op.kind === 'add' && steps.fuseAdd(op)) || fuseFactors(steps, op, shares);
    if (!fused) steps.append(op, inputsOf(op, shares));
  }
  return steps.list;
}

/** What `run` does: activations are not known before the product is, so only sums fuse. `kept`: values that are wanted afterwards. */
export function runSteps(ops: readonly Op[], kept: ReadonlySet<ValueName>): Step<Op>[] {
  const steps = createSteps<Op>(kept);
  steps.count(ops.map((op) => runReading(op).inputs(op)));
  for (const op of ops) {
    if (!(op.kind === 'add' && steps.fuseAdd(op))) steps.append(op, runReading(op).inputs(op));
  }
  return steps.list;
}

/** What `pull` does, in its order. `kept`: values whose own cotangents are wanted. */
export function pullSteps(path: Path, shares: GateShares, kept: ReadonlySet<ValueName> = new Set()): Step[] {
  const ops = liveOps(path, shares);
  const makers = new Map(ops.map((op) => [op.output, op]));
  const readers = countReaders(
    ops.map((op) => inputsOf(op, shares)),
    new Set([...kept, path.from, path.to]),
  );
  const begun = new Set([path.to]);
  const within = new Set<LinearisedOp>();
  const steps: Step[] = [];
  for (const op of ops.toReversed()) {
    if (within.has(op)) continue;
    let inputs = inputsOf(op, shares);
    let multiply: FrozenFactor | null = null;
    const stands = [op];
    const [input] = inputs;
    const maker = takesFactor(op) ? makers.get(input!) : undefined;
    const factors = maker && readers.get(input!) === 1 ? factorsOf(maker, shares) : [];
    if (factors.length === 1) {
      multiply = factors[0]!.factor;
      inputs = [factors[0]!.input];
      within.add(maker!);
      stands.push(maker!);
    }
    const added = takesSum(op) && begun.has(inputs[0]!) ? inputs[0]! : null;
    for (const name of inputs) if (name !== null) begun.add(name);
    steps.push({ op, inputs, output: op.output, multiply, added, ops: stands });
  }
  return steps;
}

/** How many steps read each value; those in `kept` count one more. */
export function stepReaders(steps: readonly Step<AnyOp>[], kept: Iterable<ValueName>): Map<ValueName, number> {
  return countReaders(
    steps.map(({ inputs, added }) => [...inputs, added]),
    kept,
  );
}

/** Ops whose call can multiply what it makes. */
function takesFactor({ kind }: AnyOp): boolean {
  return kind === 'linear' || kind === 'unembed';
}

/** Ops whose call can add a signal to what it makes. */
function takesSum({ kind }: AnyOp): boolean {
  return kind === 'linear' || kind === 'unembed' || kind === 'norm' || kind === 'scale';
}

/** The linear inputs, null for the side of a gate that the rule freezes. */
function inputsOf(op: LinearisedOp, shares: GateShares): (ValueName | null)[] {
  if (op.kind !== 'gate') return [...readingsOf(op).linearInputs(op)];
  return [shares.gate === 0 ? null : op.gate, shares.up === 0 ? null : op.up];
}

/** The ops that `path.to` depends on under the gate rule. */
function liveOps(path: Path, shares: GateShares): LinearisedOp[] {
  const needed = new Set<ValueName | null>([path.to]);
  const live: LinearisedOp[] = [];
  for (const op of path.ops.toReversed()) {
    if (!needed.has(op.output)) continue;
    for (const name of inputsOf(op, shares)) needed.add(name);
    live.push(op);
  }
  return live.toReversed();
}

interface InputFactor {
  readonly input: ValueName;
  readonly factor: FrozenFactor;
}

/** The op as a sum of inputs times frozen coefficients, when that is what it is (constants apart); else nothing. */
function factorsOf(op: LinearisedOp, shares: GateShares): InputFactor[] {
  const of = op.output;
  if (op.kind === 'activate') return [{ input: op.input, factor: { of, coefficients: 'multiplier', factor: 1 } }];
  if (op.kind !== 'gate' || op.gate === op.up) return [];
  const sides = (['gate', 'up'] as const).filter((side) => shares[side] !== 0);
  return sides.map((side) => ({ input: op[side], factor: { of, coefficients: side, factor: shares[side] } }));
}

/** What the op adds beside its factors in the bias pass: a constant of φ(0). */
function addsConstant(op: LinearisedOp, shares: GateShares): boolean {
  if (op.kind === 'activate') return valueAtZero[op.activation] !== 0;
  return op.kind === 'gate' && shares.gate * valueAtZero[op.activation] !== 0;
}

/** Lets the products that make an activation's or a gate's inputs multiply by its coefficients, the later one adding the earlier. */
function fuseFactors(steps: Steps<LinearisedOp>, op: LinearisedOp, shares: GateShares): boolean {
  const factors = factorsOf(op, shares);
  if (factors.length === 0 || addsConstant(op, shares)) return false;
  const places = factors.map(({ input, factor }) => ({ factor, place: steps.onlyFor(input) }));
  const free = ({ place }: (typeof places)[number]) =>
    place !== null && takesFactor(steps.list[place]!.op) && !steps.list[place]!.multiply && !steps.list[place]!.added;
  if (!places.every(free)) return false;
  const inOrder = places.map(({ factor, place }) => ({ factor, place: place! })).sort((a, b) => a.place - b.place);
  let added: ValueName | null = null;
  for (const [at, { factor, place }] of inOrder.entries()) {
    const last = at === inOrder.length - 1;
    const output = last ? op.output : `${op.output}, ${factor.coefficients}`;
    const step = steps.list[place]!;
    steps.replace(place, { ...step, multiply: factor, added, output, ops: last ? [...step.ops, op] : step.ops });
    added = output;
  }
  return true;
}

interface Steps<O extends AnyOp> {
  readonly list: Step<O>[];
  /** To be told before the first step: what every op reads. */
  count(inputs: readonly (readonly (ValueName | null)[])[]): void;
  append(op: O, inputs: readonly (ValueName | null)[]): void;
  replace(place: number, step: Step<O>): void;
  /** Where the value is made, when one op reads it and nobody else wants it; else null. */
  onlyFor(name: ValueName): number | null;
  /** Lets the step that makes the later of the two summands add the other one. */
  fuseAdd(op: O & { readonly kind: 'add' }): boolean;
}

function createSteps<O extends AnyOp>(kept: ReadonlySet<ValueName>): Steps<O> {
  const list: Step<O>[] = [];
  const places = new Map<ValueName, number>();
  let readers = new Map<ValueName, number>();
  const placeOf = (name: ValueName) => places.get(name) ?? -1;
  const steps: Steps<O> = {
    list,
    count(inputs) {
      readers = countReaders(inputs, kept);
    },
    append(op, inputs) {
      places.set(op.output, list.length);
      list.push({ op, inputs, output: op.output, multiply: null, added: null, ops: [op] });
    },
    replace(place, step) {
      places.delete(list[place]!.output);
      places.set(step.output, place);
      list[place] = step;
    },
    onlyFor: (name) => (readers.get(name) === 1 ? (places.get(name) ?? null) : null),
    fuseAdd(op) {
      const [earlier, later] = [op.left, op.right].sort((a, b) => placeOf(a) - placeOf(b)) as [ValueName, ValueName];
      const place = steps.onlyFor(later);
      if (earlier === later || place === null) return false;
      const step = list[place]!;
      if (!takesSum(step.op) || step.added !== null) return false;
      steps.replace(place, { ...step, added: earlier, output: op.output, ops: [...step.ops, op] });
      return true;
    },
  };
  return steps;
}

function countReaders(
  inputs: readonly (readonly (ValueName | null)[])[],
  kept: Iterable<ValueName>,
): Map<ValueName, number> {
  const readers = new Map<ValueName, number>();
  const count = (name: ValueName) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const name of kept) count(name);
  for (const names of inputs) for (const name of names) if (name !== null) count(name);
  return readers;
}
