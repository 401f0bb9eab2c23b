// embed: x0 = scale · token rows, projected where they have another width (+ position rows). Run only: x0 is where the tensor starts.

import type { DeviceArray, Signal } from '../backend';
import type { RunContext, RunReading } from '../op';
import type { EmbedOp, MatrixRef } from '../program';

export const embed: RunReading<EmbedOp> = {
  inputs: () => [],
  run(context, op) {
    const { backend, weight, positions } = context;
    let value = tokenRows(context, op);
    const addRows = (table: MatrixRef, indices: DeviceArray) => {
      const rows = backend.gatherRows(weight(table.name), indices);
      const sum = backend.add(value, rows);
      free(context, value.data, rows.data);
      value = sum;
    };
    if (op.projection) {
      const { name, layout } = op.projection;
      const projected = backend.linear(
        value,
        weight(name),
        layout,
        op.projectionBias && weight(op.projectionBias.name),
      );
      free(context, value.data);
      value = projected;
    }
    if (op.positions) addRows(op.positions, positions);
    if (op.segment) {
      const first = backend.uploadIndices(new Array(value.tokens).fill(0), 'segment');
      addRows(op.segment, first);
      free(context, first);
    }
    return { value, frozen: {} };
  },
  runCost: ({ tokens: { outputs: width }, projection }, tokens) => {
    const projected = projection ? tokens * width * projection.outputs : 0;
    return { flops: 2 * (tokens * width + projected), bytes: 12 * tokens * width + 4 * projected };
  },
};

function tokenRows(context: RunContext, { tokens, scale }: EmbedOp): Signal {
  const { backend, weight, ids, zeroed } = context;
  if (!ids) throw new Error('a model of text runs on token ids');
  const rows = backend.gatherRows(weight(tokens.name), ids);
  if (scale === 1 && zeroed.length === 0) return rows;
  const kept = new Float32Array(rows.tokens * rows.channels).fill(1);
  for (const token of zeroed) kept.fill(0, token * rows.channels, (token + 1) * rows.channels);
  const factors = backend.upload(kept, [rows.tokens, rows.channels], 'kept rows of the embedding');
  const scaled = backend.multiply(rows, factors, scale);
  free(context, rows.data, factors);
  return scaled;
}

function free({ backend }: RunContext, ...arrays: DeviceArray[]) {
  for (const array of arrays) backend.free(array);
}
