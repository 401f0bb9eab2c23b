// gate: h = φ(g) ⊙ u. Frozen: up = φ(g), which keeps u linear, and gate = (φ(g)/g) ⊙ u, which keeps g linear; both reproduce h.
// Push: shares.up · up ⊙ z_u + shares.gate · gate ⊙ z_g; the shares are the gate rule (up 1, 0; gate 0, 1; half ½, ½).

import type { DeviceArray, Signal } from '../backend';
import type { OpReadings } from '../op';
import type { GateOp } from '../program';

export const gate: OpReadings<GateOp> = {
  inputs: (op) => [op.gate, op.up],
  linearInputs: (op) => [op.gate, op.up],
  run({ backend }, op, [g, u]) {
    const frozen = backend.gateCoefficients(g!, u!, op.activation);
    return { value: backend.multiply(u!, frozen.up, 1), frozen };
  },
  push({ backend, gateShares }, _op, frozen, [zGate, zUp]) {
    const parts: Signal[] = [];
    if (gateShares.up !== 0) parts.push(backend.multiply(zUp!, frozen.up as DeviceArray, gateShares.up));
    if (gateShares.gate !== 0) parts.push(backend.multiply(zGate!, frozen.gate as DeviceArray, gateShares.gate));
    const [first, second] = parts;
    if (!second) return first!;
    const sum = backend.add(first!, second);
    backend.free(first!.data);
    backend.free(second.data);
    return sum;
  },
  pull: ({ backend, gateShares }, _op, frozen, g) => [
    backend.multiply(g, frozen.gate as DeviceArray, gateShares.gate),
    backend.multiply(g, frozen.up as DeviceArray, gateShares.up),
  ],
  runCost: (op, tokens) => cost(op.channels * tokens),
  linearCost: (op, tokens, columns) => cost(op.channels * tokens * columns),
};

function cost(numbers: number) {
  return { flops: 3 * numbers, bytes: 20 * numbers };
}
