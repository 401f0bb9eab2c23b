// Vectors of the residual stream after the last block, read as tokens: the real final norm and head of a decoder, nothing frozen.

import { headPath, linearPath, type Path } from '../../program/path';
import { type Checkpoint, push } from '../../program/readings';
import { runAlong } from '../../program/run';
import { rowsAtOnce } from '../budget';
import type { Session } from '../session';
import { readAndFree } from './question';

/** The most likely token of each vector [dModel]. */
export async function topTokens(
  session: Session,
  vectors: readonly ArrayLike<number>[],
  checkpoint: Checkpoint,
): Promise<number[]> {
  const { backend, program } = session;
  const { dModel, classes } = program;
  const last = program.hidden[program.blocks]!;
  const whole = linearPath(program, last, headPath(program).to);
  const unembed = whole.ops.filter(({ kind }) => kind === 'unembed');
  const before = whole.ops.filter(({ kind }) => kind !== 'unembed');
  const end = before.at(-1)?.output ?? last;
  const [along, out]: [Path, Path] = [
    { from: last, to: end, ops: before },
    { from: end, to: whole.to, ops: unembed },
  ];
  const tops: number[] = [];
  const step = Math.min(rowsAtOnce(classes), 4096);
  for (let at = 0; at < vectors.length; at += step) {
    const rows = vectors.slice(at, at + step);
    const values = new Float64Array(rows.length * dModel);
    for (const [row, vector] of rows.entries()) values.set(Array.from(vector), row * dModel);
    const data = backend.upload(values, [rows.length, 1, dModel], 'decoded vectors');
    const start = { firstToken: 0, tokens: rows.length, columns: 1, channels: dModel, data };
    const owned = new Set([data]);
    try {
      const { value, frozen } = runAlong(session.context('half'), along, start);
      for (const arrays of frozen.values()) for (const array of Object.values(arrays)) owned.add(array);
      owned.add(value.data);
      const logits = await push(session.context('half'), out, () => ({}), value, true, checkpoint);
      const [read] = await readAndFree(backend, [logits.data]);
      for (let row = 0; row < rows.length; row++) tops.push(largest(read!, row * classes, classes));
    } finally {
      for (const array of owned) backend.free(array);
    }
  }
  return tops;
}

/** The first of the largest. */
function largest(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let at = 1; at < count; at++) if (values[from + at]! > values[from + best]!) best = at;
  return best;
}
