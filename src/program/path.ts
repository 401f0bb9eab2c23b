// The ops between two values, as far as the linear readings see them: which ops, in which order, and which values die when. Pure data.

import { UserError } from '../tensor/errors';
import { isLinearised, type LinearisedOp, type LinearOp, readingsOf } from './ops';
import type { Program, ValueName } from './program';

export interface Path {
  readonly from: ValueName;
  readonly to: ValueName;
  /** In program order; every op lies on some way from `from` to `to`. Empty when from = to. */
  readonly ops: readonly LinearisedOp[];
}

/** Of a program's own ops. */
export interface ProgramPath extends Path {
  readonly ops: readonly LinearOp[];
}

/** Throws when `to` does not depend on `from`, or on anything else beside it: such a path would lose contributions. */
export function linearPath(program: Program, from: ValueName, to: ValueName): ProgramPath {
  const needed = new Set([to]);
  const ops: LinearOp[] = [];
  for (const op of program.ops.toReversed()) {
    if (op.output === from || !needed.has(op.output)) continue;
    if (!isLinearised(op)) throw new Error(`${to} also depends on ${op.output}, which does not pass through ${from}`);
    for (const input of readingsOf(op).linearInputs(op)) needed.add(input);
    ops.push(op);
  }
  if (!needed.has(from)) throw new Error(`${to} does not depend on ${from}`);
  return { from, to, ops: ops.toReversed() };
}

/** From y to the logits. UserError 'bad-request' where the model has no head. */
export function headPath(program: Program): ProgramPath {
  if (program.logits !== null) return linearPath(program, program.output, program.logits);
  throw new UserError(
    'bad-request',
    'This model has no trained head, so it predicts no classes to explain: use the maps of its output vectors (in, in+out, out, norm).',
  );
}

/** What of the head a run freezes: all but the vocabulary's matrix. null where the model has no head. */
export function frozenHead(program: Program): Path | null {
  if (program.logits === null) return null;
  const ops = headPath(program).ops.filter((op) => op.kind !== 'unembed');
  return { from: program.output, to: ops.at(-1)?.output ?? program.output, ops };
}

/**
 * Blocks [from, to). With `readOut` on to y, or to the logits: for to < blocks through the logit lens, that is the final norm (and the head)
 * applied to the residual stream after block to − 1. Empty when nothing lies between: no block, and no final norm.
 */
export function rangePath(
  program: Program,
  from: number,
  to: number,
  readOut: 'none' | 'output' | 'logits',
): ProgramPath {
  const last = program.hidden[program.blocks]!;
  const stream = program.hidden[to]!;
  const blocks = from === to ? [] : linearPath(program, program.hidden[from]!, stream).ops;
  const end = readOut === 'none' ? last : readOut === 'output' ? program.output : headPath(program).to;
  const tail = end === last ? [] : linearPath(program, last, end).ops.map((op) => renameInput(op, last, stream));
  return { from: program.hidden[from]!, to: end === last ? stream : end, ops: [...blocks, ...tail] };
}

function renameInput(op: LinearOp, from: ValueName, to: ValueName): LinearOp {
  if (from === to) return op;
  const entries = Object.entries(op).map(([field, value]) => [field, value === from ? to : value]);
  return Object.fromEntries(entries) as LinearOp;
}

/** How many ops of the path read each value; `to` counts one more, for the caller. */
export function readerCounts(path: Path): Map<ValueName, number> {
  const uses = new Map<ValueName, number>([[path.to, 1]]);
  for (const op of path.ops) {
    for (const input of readingsOf(op).linearInputs(op)) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  return uses;
}

/** Channels of an op's value. */
export function channelsOf(op: LinearisedOp): number {
  switch (op.kind) {
    case 'linear':
    case 'unembed':
      return op.weight.outputs;
    case 'norm':
      return op.gain.length;
    case 'merged':
      return op.outputs;
    case 'mix':
      return op.heads * op.dHead;
    case 'activate':
    case 'gate':
    case 'add':
    case 'scale':
    case 'pool':
      return op.channels;
    default:
      return op satisfies never;
  }
}
