// Every kind of op and its readings, in one table.

import type { OpReadings, RunReading } from '../op';
import type { MergedOp, Op, OpKind } from '../program';
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

/** Kinds that only `run` reads: they make the starting point or what is frozen. */
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
