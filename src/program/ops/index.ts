// Every kind of op and its readings, in one table.

import type { Signal } from '../backend';
import type { GradientRule } from '../gradientRule';
import type { Frozen, GradientContext, OpReadings, RunReading } from '../op';
import type { MergedOp, Op, OpKind, ValueName } from '../program';
import { activate } from './activate';
import { add } from './add';
import { embed } from './embed';
import { gate } from './gate';
import { headNorm } from './headNorm';
import { linear } from './linear';
import { merged } from './merged';
import { mix } from './mix';
import { norm } from './norm';
import { patches } from './patches';
import { pattern } from './pattern';
import { pool } from './pool';
import { scale } from './scale';
import { unembed } from './unembed';

type OfKind<K extends OpKind> = Extract<Op, { kind: K }>;

/** Kinds that the linear readings do not meet: they make the starting point or what is frozen. */
export type RunOnlyKind = 'embed' | 'patches' | 'headNorm' | 'pattern';
export type LinearOpKind = Exclude<OpKind, RunOnlyKind>;
/** Of a program. */
export type LinearOp = OfKind<LinearOpKind>;
/** Of a path. */
export type LinearisedOp = LinearOp | MergedOp;

const runOnly: ReadonlySet<OpKind> = new Set<RunOnlyKind>(['embed', 'patches', 'headNorm', 'pattern']);

const readings: { [K in OpKind]: K extends LinearOpKind ? OpReadings<OfKind<K>> : RunReading<OfKind<K>> } = {
  embed,
  patches,
  linear,
  norm,
  headNorm,
  pattern,
  mix,
  activate,
  gate,
  add,
  scale,
  pool,
  unembed,
};

export function runReading<O extends Op>(op: O): RunReading<O> {
  return readings[op.kind] as RunReading<O>;
}

export function isLinearised(op: Op): op is LinearOp {
  return !runOnly.has(op.kind);
}

export function readingsOf<O extends LinearisedOp>(op: O): OpReadings<O> {
  return (op.kind === 'merged' ? merged : readings[op.kind]) as unknown as OpReadings<O>;
}

/** The values that a cotangent of the op's value goes on to under the rule, in the order of `gradientOf`'s results. */
export function gradientInputs(op: Op, rule: GradientRule): readonly ValueName[] {
  const { gradient } = runReading(op);
  if (gradient) return gradient.inputs(op, rule);
  return isLinearised(op) ? readingsOf(op).linearInputs(op) : [];
}

/** The values whose activations the op's gradient reads. */
export function gradientNeeds(op: Op, rule: GradientRule): readonly ValueName[] {
  return runReading(op).gradient?.needs(op, rule) ?? [];
}

export function gradientOf(context: GradientContext, op: Op, frozen: Frozen, cotangent: Signal): readonly Signal[] {
  const { gradient } = runReading(op);
  if (gradient) return gradient.gradient(context, op, frozen, cotangent);
  if (!isLinearised(op)) throw new Error(`${op.output} passes no gradient on`);
  // Only a gate leaves a side out, and it has a gradient of its own.
  return readingsOf(op).pull(context, op, frozen, cotangent) as readonly Signal[];
}
