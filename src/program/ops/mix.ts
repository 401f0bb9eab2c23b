// mix: out_i = Σ_h Σ_j A_h[i, j] v_h[j], heads side by side; the pattern A is frozen. Push: the same sum over the values' contributions;
// pull: Σ_i A_h[i, j] g_h[i], heads of a key/value group added up. Biases of the values pass through here: rows of A sum to 1.
// gradient: by the product rule, to the values and to the pattern, with the rule's shares.

import type { DeviceArray } from '../backend';
import type { OpReadings } from '../op';
import type { MixOp } from '../program';
import { times } from './constants';

const push: OpReadings<MixOp>['push'] = ({ backend }, op, frozen, [value]) =>
  backend.mix(frozen.pattern as DeviceArray, value!, op);

export const mix: OpReadings<MixOp> = {
  inputs: (op) => [op.value],
  linearInputs: (op) => [op.value],
  run(context, op, inputs) {
    const frozen = context.frozen(op.pattern);
    return { value: push(context, op, frozen, inputs, true), frozen };
  },
  push,
  pull: ({ backend }, op, frozen, g) => [backend.mixAdjoint(frozen.pattern as DeviceArray, g, op)],
  gradient: {
    inputs: (op, { patterns }) => (patterns === 0 ? [op.value] : [op.value, op.pattern]),
    needs: (op, { patterns }) => (patterns === 0 ? [] : [op.value]),
    gradient({ backend, rule, gradients, value }, op, frozen, g) {
      const values = times(backend, backend.mixAdjoint(frozen.pattern as DeviceArray, g, op), rule.values);
      if (rule.patterns === 0) return [values];
      return [values, times(backend, gradients.headProducts(g, value(op.value), op), rule.patterns)];
    },
  },
  runCost: (op, tokens) => cost(op, tokens, 1),
  linearCost: cost,
};

function cost({ heads, kvHeads, dHead, causal }: MixOp, tokens: number, columns: number) {
  const pairs = causal ? (tokens * (tokens + 1)) / 2 : tokens * tokens;
  return {
    flops: 2 * heads * dHead * pairs * columns,
    bytes: 4 * (heads * tokens * tokens + tokens * columns * (heads + kvHeads) * dHead),
  };
}
