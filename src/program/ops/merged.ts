// merged: y_i = x_i M_i, ops that act on each token alone multiplied out. "Frozen": the matrices M_i of all tokens, made by program/merged.ts. It has no
// bias: passes that carry one go op by op.

import type { Layout, Signal } from '../backend';
import type { Frozen, OpReadings, ReadingContext } from '../op';
import type { MergedOp } from '../program';

const apply = ({ backend }: ReadingContext, op: MergedOp, { operators }: Frozen, x: Signal, layout: Layout): Signal => {
  const [tokens] = operators!.shape as [number];
  const matrices = { firstToken: 0, tokens, columns: op.inputs, channels: op.outputs, data: operators! };
  return backend.linearPerToken(x, matrices, layout);
};

export const merged: OpReadings<MergedOp> = {
  inputs: (op) => [op.input],
  linearInputs: (op) => [op.input],
  run() {
    throw new Error('merged ops have no run of their own');
  },
  push(context, op, frozen, [x], bias) {
    if (bias) throw new Error('merged ops carry no bias');
    return apply(context, op, frozen, x!, 'inOut');
  },
  pull: (context, op, frozen, g) => [apply(context, op, frozen, g, 'outIn')],
  runCost: () => ({ flops: 0, bytes: 0 }),
  linearCost: ({ inputs, outputs }, tokens, columns) => ({
    flops: 2 * tokens * columns * inputs * outputs,
    bytes: 4 * tokens * (columns * (inputs + outputs) + inputs * outputs),
  }),
};
