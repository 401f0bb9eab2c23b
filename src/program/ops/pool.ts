// pool: the mean of x over a range of tokens, at token 0. A mix by one head whose pattern has one query and is the same for every input: the
// weights of the mean, which are what this op "freezes". pull: the cotangent of token 0, shared out to the range.

import type { DeviceArray } from '../backend';
import type { OpReadings } from '../op';
import type { PoolOp } from '../program';

const headOf = ({ channels }: PoolOp) => ({ heads: 1, kvHeads: 1, dHead: channels, causal: false });

const push: OpReadings<PoolOp>['push'] = ({ backend }, op, frozen, [x]) =>
  backend.mix(frozen.weights as DeviceArray, x!, headOf(op));

export const pool: OpReadings<PoolOp> = {
  inputs: (op) => [op.input],
  linearInputs: (op) => [op.input],
  run(context, op, [x]) {
    const { from, to } = op.range;
    const weights = new Float64Array(x!.tokens);
    weights.fill(1 / ((to ?? x!.tokens) - from), from, to ?? x!.tokens);
    const frozen = { weights: context.backend.upload(weights, [1, 1, x!.tokens], 'pool weights') };
    return { value: push(context, op, frozen, [x!], true), frozen };
  },
  push,
  pull: ({ backend }, op, frozen, g) => [backend.mixAdjoint(frozen.weights as DeviceArray, g, headOf(op))],
  runCost: (op, tokens) => cost(op.channels * tokens),
  linearCost: (op, tokens, columns) => cost(op.channels * tokens * columns),
};

function cost(numbers: number) {
  return { flops: 2 * numbers, bytes: 4 * numbers };
}
