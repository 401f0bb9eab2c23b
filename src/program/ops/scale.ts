// scale: factor · gain ⊙ x, the gain a constant of the model (LayerScale) or 1. Linear as it stands and its own adjoint; as a primitive it is an
// RMS norm whose 1/σ is the factor at every token. "Frozen": the factor, and ones for a gain that is not there.

import type { DeviceArray } from '../backend';
import type { Frozen, OpReadings, ReadingContext } from '../op';
import type { ScaleOp } from '../program';

function frozenNorm({ weight }: ReadingContext, { gain }: ScaleOp, frozen: Frozen) {
  const inverseSigma = frozen.factor as DeviceArray;
  return { kind: 'rms', gain: gain ? weight(gain.name) : (frozen.ones as DeviceArray), inverseSigma } as const;
}

const push: OpReadings<ScaleOp>['push'] = (context, op, frozen, [x], _bias, epilogue) =>
  context.backend.norm(x!, frozenNorm(context, op, frozen), null, epilogue?.added);

export const scale: OpReadings<ScaleOp> = {
  inputs: (op) => [op.input],
  linearInputs: (op) => [op.input],
  run(context, op, [x], epilogue) {
    const { backend } = context;
    const constant = (length: number, value: number) =>
      backend.upload(new Float32Array(length).fill(value), [length], 'scale');
    const frozen: Frozen = {
      factor: constant(x!.firstToken + x!.tokens, op.factor),
      ...(op.gain ? {} : { ones: constant(op.channels, 1) }),
    };
    return { value: push(context, op, frozen, [x!], true, epilogue), frozen };
  },
  push,
  pull: (context, op, frozen, g, epilogue) => [
    context.backend.normAdjoint(g, frozenNorm(context, op, frozen), epilogue?.added),
  ],
  runCost: (op, tokens) => cost(op.channels * tokens),
  linearCost: (op, tokens, columns) => cost(op.channels * tokens * columns),
};

function cost(numbers: number) {
  return { flops: 2 * numbers, bytes: 8 * numbers };
}
