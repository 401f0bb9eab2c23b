// activate: φ(z) = φ(0) + m(z) ⊙ z with m in closed form, never a division. Frozen: m. Its own adjoint; φ(0), which only sigmoid has, is its bias.
// gradient: φ'(z) = m + z m' in place of m.

import { valueAtZero } from '../activations';
import type { DeviceArray, Signal } from '../backend';
import type { Frozen, OpReadings, ReadingContext } from '../op';
import type { ActivateOp } from '../program';
import { addValue } from './constants';

const pull = ({ backend }: ReadingContext, _op: ActivateOp, frozen: Frozen, g: Signal): readonly [Signal] => [
  backend.multiply(g, frozen.multiplier as DeviceArray, 1),
];

export const activate: OpReadings<ActivateOp> = {
  inputs: (op) => [op.input],
  linearInputs: (op) => [op.input],
  run({ backend }, op, [z]) {
    const { multiplier, value } = backend.activate(z!, op.activation);
    return { value, frozen: { multiplier } };
  },
  push({ backend }, op, frozen, [z], bias) {
    const image = backend.multiply(z!, frozen.multiplier as DeviceArray, 1);
    return addValue(backend, image, bias ? valueAtZero[op.activation] : 0);
  },
  pull,
  gradient: {
    inputs: (op) => [op.input],
    needs: (op, { multipliers }) => (multipliers === 0 ? [] : [op.input]),
    gradient(context, op, frozen, g) {
      const { backend, rule, gradients, value } = context;
      if (rule.multipliers === 0) return pull(context, op, frozen, g);
      const slope = gradients.activationSlope(value(op.input), op.activation);
      const pulled = backend.multiply(g, slope, 1);
      backend.free(slope);
      return [pulled];
    },
  },
  runCost: (op, tokens) => cost(op.channels * tokens, 2),
  linearCost: (op, tokens, columns) => cost(op.channels * tokens * columns, 1),
};

function cost(numbers: number, passes: number) {
  return { flops: passes * numbers, bytes: 12 * passes * numbers };
}
