// gate: h = φ(g) ⊙ u. Frozen: up = φ(g), which keeps u linear, and gate = m(g) ⊙ u, which keeps g linear; both reproduce h, the second with
// φ(0) u as a bias where φ(0) ≠ 0. Push: shares.up · up ⊙ z_u + shares.gate · gate ⊙ z_g; the shares are the gate rule (up 1, 0; gate 0, 1;
// half ½, ½). gradient: by the product rule, φ'(g) ⊙ u in place of m(g) ⊙ u, with the rule's own shares.

import { valueAtZero } from '../activations';
import type { DeviceArray, Signal } from '../backend';
import type { OpReadings } from '../op';
import type { GateOp } from '../program';
import { addRows, copyOf } from './constants';

export const gate: OpReadings<GateOp> = {
  inputs: (op) => [op.gate, op.up],
  linearInputs: (op) => [op.gate, op.up],
  run({ backend }, op, [g, u]) {
    const { value, ...frozen } = backend.gate(g!, u!, op.activation);
    return { value, frozen: valueAtZero[op.activation] === 0 ? frozen : { ...frozen, values: copyOf(backend, u!) } };
  },
  push({ backend, gateShares }, op, frozen, [zGate, zUp], bias) {
    const parts: Signal[] = [];
    if (gateShares.up !== 0) parts.push(backend.multiply(zUp!, frozen.up as DeviceArray, gateShares.up));
    if (gateShares.gate !== 0) parts.push(backend.multiply(zGate!, frozen.gate as DeviceArray, gateShares.gate));
    const [first, second] = parts;
    let sum = first!;
    if (second) {
      sum = backend.add(first!, second);
      backend.free(first!.data);
      backend.free(second.data);
    }
    const constant = gateShares.gate * valueAtZero[op.activation];
    return bias && constant !== 0 ? addRows(backend, sum, frozen.values as DeviceArray, constant) : sum;
  },
  pull: ({ backend, gateShares }, _op, frozen, g) => [
    gateShares.gate === 0 ? null : backend.multiply(g, frozen.gate as DeviceArray, gateShares.gate),
    gateShares.up === 0 ? null : backend.multiply(g, frozen.up as DeviceArray, gateShares.up),
  ],
  gradient: {
    inputs: (op) => [op.gate, op.up],
    needs: (op, { multipliers }) => (multipliers === 0 ? [] : [op.gate, op.up]),
    gradient({ backend, rule, gradients, value }, op, frozen, g) {
      const up = backend.multiply(g, frozen.up as DeviceArray, rule.gate.up);
      if (rule.multipliers === 0) return [backend.multiply(g, frozen.gate as DeviceArray, rule.gate.gate), up];
      const slope = gradients.activationSlope(value(op.gate), op.activation);
      const open = backend.multiply(value(op.up), slope, 1); // φ'(g) ⊙ u, one column: coefficients [token, channel]
      const gate = backend.multiply(g, open.data, rule.gate.gate);
      backend.free(slope);
      backend.free(open.data);
      return [gate, up];
    },
  },
  runCost: (op, tokens) => cost(op.channels * tokens),
  linearCost: (op, tokens, columns) => cost(op.channels * tokens * columns),
};

function cost(numbers: number) {
  return { flops: 3 * numbers, bytes: 20 * numbers };
}
