// headNorm: RMS norm of every head's channels of q or k. Run only: q and k reach the tensor through the frozen pattern alone.

import type { RunReading } from '../op';
import type { HeadNormOp } from '../program';

export const headNorm: RunReading<HeadNormOp> = {
  inputs: (op) => [op.input],
  run: ({ backend, weight }, op, [x]) => ({
    value: backend.headNorm(x!, weight(op.gain.name), op.eps),
    frozen: {},
  }),
  runCost: ({ heads, gain }, tokens) => {
    const numbers = tokens * heads * gain.length;
    return { flops: 5 * numbers, bytes: 12 * numbers };
  },
};
