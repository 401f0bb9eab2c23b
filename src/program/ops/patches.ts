// The tokens of an image: rows of the model's own first, then one token a patch, all with position rows added. Only `run` reads it: it makes x0.

import type { RunReading } from '../op';
import type { PatchesOp } from '../program';

export const patches: RunReading<PatchesOp> = {
  inputs: () => [],
  run({ backend, weight, patches, positions }, op) {
    if (!patches) throw new Error('a model of images runs on pixels');
    const own = op.own.inputs;
    const image = backend.linear(patches, weight(op.weight.name), op.weight.layout, weight(op.bias.name));
    const indices = backend.uploadIndices(
      Array.from({ length: own }, (_, row) => row),
      'own rows',
    );
    const rows = backend.gatherRows(weight(op.own.name), indices);
    const tokens = backend.add(rows, { ...image, firstToken: own });
    const places = backend.gatherRows(weight(op.positions.name), positions);
    const value = backend.add(tokens, places);
    for (const array of [image.data, indices, rows.data, tokens.data, places.data]) backend.free(array);
    return { value, frozen: {} };
  },
  runCost: ({ weight: { inputs, outputs } }, tokens) => ({
    flops: 2 * tokens * (inputs + 1) * outputs,
    bytes: 4 * (tokens * (inputs + 5 * outputs) + inputs * outputs),
  }),
};
