// headNorm: RMS norm of every head's channels of q or k. The linear readings do not meet it: q and k reach the tensor
// through the frozen pattern alone. gradient: each head is a norm by itself.

import type { RunReading } from '../op';
import type { HeadNormOp } from '../program';

export const headNorm: RunReading<HeadNormOp> = {
  inputs: (op) => [op.input],
  run: ({ backend, weight }, op, [x]) => ({
    value: backend.headNorm(x!, weight(op.gain.name), op.eps),
    frozen: {},
  }),
  gradient: {
    inputs: (op) => [op.input],
    needs: (op) => [op.input],
    gradient: ({ weight, rule, gradients, value }, op, _frozen, g) => [
      gradients.normGradient(g, value(op.input), { kind: 'rms', gain: weight(op.gain.name), eps: op.eps }, rule.scales),
    ],
  },
  runCost: ({ heads, gain }, tokens) => {
    const numbers = tokens * heads * gain.length;
    return { flops: 5 * numbers, bytes: 12 * numbers };
  },
};
