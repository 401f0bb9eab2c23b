// Where the attention and the FFN of a block stand in a program: read from the ops, whatever the block's style. Pure data.

import type { ActivateOp, AddOp, GateOp, MixOp, NormOp, Op, Program, ValueName } from './program';

export interface AttentionSublayer {
  readonly block: number;
  /** The residual stream that enters the block. */
  readonly input: ValueName;
  readonly mix: MixOp;
  /** Σ_h A_h v_h W_O + b_O: before a norm or scale of the sublayer's own. */
  readonly output: ValueName;
  /** input + what attention adds (`right`). */
  readonly sum: AddOp;
  /** Of a post-norm block: the norms on the residual path, after the two sums; null: nothing is normed there. */
  readonly postNorms: { readonly attention: NormOp; readonly ffn: NormOp } | null;
}

/** Throws a RangeError when there is no such block. */
export function attentionSublayer(program: Program, block: number): AttentionSublayer {
  const ops = program.ops.filter(({ stage }) => stage === block);
  const mix = ops.find((op) => op.kind === 'mix');
  const input = program.hidden[block];
  if (!mix || input === undefined) throw new RangeError(`there is no block ${block}`);
  const [sum, secondSum] = ops.filter((op) => op.kind === 'add');
  const projection = ops.find((op) => op.kind === 'linear' && op.input === mix.output);
  const attention = normBehind(ops, sum!);
  const ffn = normBehind(ops, secondSum!);
  return {
    block,
    input,
    mix,
    output: projection!.output,
    sum: sum!,
    postNorms: attention && ffn ? { attention, ffn } : null,
  };
}

export interface FfnSublayer {
  /** The residual stream that it reads: the block's input, or the stream after attention. */
  readonly reads: ValueName;
  /** What the activation is made of: one value, or gate and up. */
  readonly entries: readonly ValueName[];
  readonly activation: ActivateOp | GateOp;
  /** The stream after attention + what the FFN adds (`right`). */
  readonly sum: AddOp;
}

export function ffnSublayer(program: Program, block: number): FfnSublayer {
  const { input, sum: first, postNorms } = attentionSublayer(program, block);
  const ops = program.ops.filter(({ stage }) => stage === block);
  const sum = ops.filter((op) => op.kind === 'add')[1]!;
  const activation = ops.find((op) => op.kind === 'activate' || op.kind === 'gate')!;
  const entries = activation.kind === 'gate' ? [activation.gate, activation.up] : [activation.input];
  const streams = [input, postNorms?.attention.output ?? first.output];
  const producers = new Map(ops.map((op) => [op.output, op]));
  let reads = entries[0]!;
  while (!streams.includes(reads)) {
    const op = producers.get(reads);
    if (!op || !('input' in op)) throw new Error(`block ${block}: the FFN reads ${reads}, which is no residual stream`);
    reads = op.input;
  }
  return { reads, entries, activation, sum };
}

/** The norm that alone reads a sum: then the residual stream passes through it. */
function normBehind(ops: readonly Op[], sum: AddOp): NormOp | null {
  const readers = ops.filter((op) =>
    Object.values(op).some((value, at) => value === sum.output && Object.keys(op)[at] !== 'output'),
  );
  const [only] = readers;
  return readers.length === 1 && only!.kind === 'norm' ? only : null;
}
