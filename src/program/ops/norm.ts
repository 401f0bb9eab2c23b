// norm: y = gain ⊙ (x − [layer: mean over channels]) / σ + bias, σ = √(var + eps) or √(mean x² + eps).
// Frozen: 1/σ. The mean subtraction stays linear, so push and pull contain it; eps stays inside σ, or completeness breaks.
// gradient: through 1/σ too.

import type { DeviceArray, Epilogue, Signal } from '../backend';
import type { Frozen, OpReadings, ReadingContext } from '../op';
import type { NormOp } from '../program';

function frozenNorm({ weight }: ReadingContext, op: NormOp, frozen: Frozen) {
  return { kind: op.norm, gain: weight(op.gain.name), inverseSigma: frozen.inverseSigma as DeviceArray };
}

const pull = (
  context: ReadingContext,
  op: NormOp,
  frozen: Frozen,
  g: Signal,
  epilogue?: Epilogue,
): readonly [Signal] => [context.backend.normAdjoint(g, frozenNorm(context, op, frozen), epilogue?.added)];

export const norm: OpReadings<NormOp> = {
  inputs: (op) => [op.input],
  linearInputs: (op) => [op.input],
  run({ backend, weight }, op, [x], epilogue) {
    const norm = { kind: op.norm, eps: op.eps, gain: weight(op.gain.name), bias: op.bias && weight(op.bias.name) };
    const { inverseSigma, value } = backend.normalise(x!, norm, epilogue?.added);
    return { value, frozen: { inverseSigma } };
  },
  push(context, op, frozen, [x], bias, epilogue) {
    const added = bias && op.bias ? context.weight(op.bias.name) : null;
    return context.backend.norm(x!, frozenNorm(context, op, frozen), added, epilogue?.added);
  },
  pull,
  gradient: {
    inputs: (op) => [op.input],
    needs: (op, { scales }) => (scales === 0 ? [] : [op.input]),
    gradient(context, op, frozen, g) {
      const { rule, gradients, weight, value } = context;
      if (rule.scales === 0) return pull(context, op, frozen, g);
      const plain = { kind: op.norm, gain: weight(op.gain.name), eps: op.eps };
      return [gradients.normGradient(g, value(op.input), plain, rule.scales)];
    },
  },
  runCost: (op, tokens) => cost(op.gain.length, tokens, 2),
  linearCost: (op, tokens, columns) => cost(op.gain.length, tokens * columns, 1),
};

function cost(channels: number, rows: number, passes: number) {
  return { flops: 4 * passes * rows * channels, bytes: 8 * passes * rows * channels };
}
