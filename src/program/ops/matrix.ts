// The readings that every matrix-and-bias op shares: y = x W + b. Nothing to freeze. Push: z W; pull: g Wᵀ.

import type { Layout } from '../backend';
import type { Cost, OpReadings } from '../op';
import type { LinearOp, MatrixRef, UnembedOp } from '../program';

const otherLayout: Record<Layout, Layout> = { inOut: 'outIn', outIn: 'inOut' };

export function matrixReadings<K extends LinearOp | UnembedOp>(): OpReadings<K> {
  const push: OpReadings<K>['push'] = ({ backend, weight }, op, _frozen, [x], bias, epilogue) => {
    const added = bias && op.bias ? weight(op.bias.name) : null;
    return backend.linear(x!, weight(op.weight.name), op.weight.layout, added, epilogue);
  };
  return {
    inputs: (op) => [op.input],
    linearInputs: (op) => [op.input],
    run: (context, op, inputs, epilogue) => ({ value: push(context, op, {}, inputs, true, epilogue), frozen: {} }),
    push,
    pull: ({ backend, weight }, op, _frozen, g, epilogue) => [
      backend.linear(g, weight(op.weight.name), otherLayout[op.weight.layout], null, epilogue),
    ],
    runCost: (op, tokens) => matrixCost(op.weight, tokens, 1),
    linearCost: (op, tokens, columns) => matrixCost(op.weight, tokens, columns),
  };
}

function matrixCost({ inputs, outputs }: MatrixRef, tokens: number, columns: number): Cost {
  const rows = tokens * columns;
  return { flops: 2 * rows * inputs * outputs, bytes: 4 * (rows * (inputs + outputs) + inputs * outputs) };
}
