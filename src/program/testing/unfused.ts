// The linear readings op by op, each op by itself and nothing freed: what they mean, for tests of how they are fused.

import type { Signal } from '../backend';
import type { ReadingContext } from '../op';
import { readingsOf } from '../ops';
import type { Path } from '../path';
import type { ValueName } from '../program';
import type { FrozenOf } from '../readings';

/** Contributions at `path.from` → contributions at `path.to`. */
export function pushUnfused(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
  bias: boolean,
): Signal {
  const values = new Map<ValueName, Signal>([[path.from, start]]);
  for (const op of path.ops) {
    const inputs = readingsOf(op)
      .linearInputs(op)
      .map((name) => values.get(name)!);
    values.set(op.output, readingsOf(op).push(context, op, frozenOf(op.output), inputs, bias));
  }
  return values.get(path.to)!;
}

/** Cotangents of `path.to` → cotangents of every value on the way, by name. */
export function pullUnfused(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  start: Signal,
): Map<ValueName, Signal> {
  const cotangents = new Map<ValueName, Signal>([[path.to, start]]);
  for (const op of path.ops.toReversed()) {
    const cotangent = cotangents.get(op.output);
    if (!cotangent) continue; // the gate rule freezes all that reads it
    const parts = readingsOf(op).pull(context, op, frozenOf(op.output), cotangent);
    for (const [at, name] of readingsOf(op).linearInputs(op).entries()) {
      const [part, sofar] = [parts[at], cotangents.get(name)];
      if (part) cotangents.set(name, sofar ? context.backend.add(sofar, part) : part);
    }
  }
  return cotangents;
}
