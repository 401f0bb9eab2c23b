// embed: x0 = token rows (+ position rows). Run only: x0 is where the tensor starts.

import type { RunReading } from '../op';
import type { EmbedOp } from '../program';

export const embed: RunReading<EmbedOp> = {
  inputs: () => [],
  run({ backend, weight, ids, positions }, op) {
    const tokens = backend.gatherRows(weight(op.tokens.name), ids);
    if (!op.positions) return { value: tokens, frozen: {} };
    const rows = backend.gatherRows(weight(op.positions.name), positions);
    const value = backend.add(tokens, rows);
    backend.free(tokens.data);
    backend.free(rows.data);
    return { value, frozen: {} };
  },
  runCost: (op, tokens) => ({ flops: tokens * op.tokens.outputs, bytes: 12 * tokens * op.tokens.outputs }),
};
