// norm: y = gain ⊙ (x − [layer: mean over channels]) / σ + bias, σ = √(var + eps) or √(mean x² + eps).
// Frozen: 1/σ. The mean subtraction stays linear, so push and pull contain it; eps stays inside σ, or completeness breaks.

import type { DeviceArray } from '../backend';
import type { Frozen, OpReadings, ReadingContext } from '../op';
import type { NormOp } from '../program';

function frozenNorm({ weight }: ReadingContext, op: NormOp, frozen: Frozen) {
  return { kind: op.norm, gain: weight(op.gain.name), inverseSigma: frozen.inverseSigma as DeviceArray };
}

const push: OpReadings<NormOp>['push'] = (context, op, frozen, [x], bias, epilogue) => {
  const added = bias && op.bias ? context.weight(op.bias.name) : null;
  return context.backend.norm(x!, frozenNorm(context, op, frozen), added, epilogue?.added);
};

export const norm: OpReadings<NormOp> = {
  inputs: (op) => [op.input],
  linearInputs: (op) => [op.input],
  run(context, op, [x], epilogue) {
    const frozen = { inverseSigma: context.backend.inverseSigma(x!, op.norm, op.eps) };
    return { value: push(context, op, frozen, [x!], true, epilogue), frozen };
  },
  push,
  pull: (context, op, frozen, g, epilogue) => [
    context.backend.normAdjoint(g, frozenNorm(context, op, frozen), epilogue?.added),
  ],
  runCost: (op, tokens) => cost(op.gain.length, tokens, 2),
  linearCost: (op, tokens, columns) => cost(op.gain.length, tokens * columns, 1),
};

function cost(channels: number, rows: number, passes: number) {
  return { flops: 4 * passes * rows * channels, bytes: 8 * passes * rows * channels };
}
