// add: x + y, residual streams and parallel branches. Nothing to freeze; a cotangent goes to both sides unchanged.

import type { OpReadings } from '../op';
import type { AddOp } from '../program';

export const add: OpReadings<AddOp> = {
  inputs: (op) => [op.left, op.right],
  linearInputs: (op) => [op.left, op.right],
  run: ({ backend }, _op, [x, y]) => ({ value: backend.add(x!, y!), frozen: {} }),
  push: ({ backend }, _op, _frozen, [x, y]) => backend.add(x!, y!),
  pull: (_context, _op, _frozen, g) => [g, g],
  runCost: (op, tokens) => cost(op.channels * tokens),
  linearCost: (op, tokens, columns) => cost(op.channels * tokens * columns),
};

function cost(numbers: number) {
  return { flops: numbers, bytes: 12 * numbers };
}
