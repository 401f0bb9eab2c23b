// The tokens of an image: rows of the model's own first, then one token a patch, all with position rows added. Only `run` reads it: it makes x0.

import type { Signal } from '../backend';
import type { RunReading } from '../op';
import type { PatchesOp } from '../program';

export const patches: RunReading<PatchesOp> = {
  inputs: () => [],
  run({ backend, weight, patches, positions }, op) {
    if (!patches) throw new Error('a model of images runs on pixels');
    const image = backend.linear(patches, weight(op.weight.name), op.weight.layout, weight(op.bias.name));
    const row = backend.uploadIndices([0], 'own row');
    const own = [op.own, ...(op.distillation ? [op.distillation] : [])];
    let value: Signal = { ...image, firstToken: own.length };
    const put = (rows: Signal) => {
      const sum = backend.add(value, rows);
      backend.free(value.data);
      backend.free(rows.data);
      value = sum;
    };
    for (const [token, { name }] of own.entries()) put({ ...backend.gatherRows(weight(name), row), firstToken: token });
    put(backend.gatherRows(weight(op.positions.name), positions));
    backend.free(row);
    return { value, frozen: {} };
  },
  runCost: ({ weight: { inputs, outputs } }, tokens) => ({
    flops: 2 * tokens * (inputs + 1) * outputs,
    bytes: 4 * (tokens * (inputs + 5 * outputs) + inputs * outputs),
  }),
};
