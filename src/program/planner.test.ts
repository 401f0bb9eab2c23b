// The planner's price against the reading itself: the same FLOPs, the same peak of memory, on the golden models.

import { describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../engine/backends/reference';
import { createSession, gateShares } from '../engine/session';
import { folderFiles } from '../models/folder';
import { loadModel } from '../models/load';
import type { Signal } from './backend';
import { tiledEntries } from './costModel';
import { columnsWithin, pullCost, pushCost } from './planner';
import { pull, push } from './readings';

const ids = [3, 1, 4, 1, 5];
const gateRule = 'half';

async function traced(family: string, readOut: 'none' | 'output' | 'logits') {
  const { program, weights } = await loadModel(folderFiles(`fixtures/tiny/${family}`));
  const backend = createReferenceBackend();
  const session = await createSession(program, weights, backend);
  const run = await session.run(ids, () => {});
  const frozenPath = run.frozenPath([0, program.blocks], readOut);
  const request = {
    program,
    path: frozenPath.path,
    tokens: ids.length,
    gateShares: gateShares[gateRule],
    bytesPerNumber: backend.bytesPerNumber,
  };
  return { program, backend, context: session.context(gateRule), run, frozenPath, request };
}

describe.each(['gpt2', 'llama', 'bert', 'bert_classifier'])('the price of a pass through %s', (family) => {
  test.each([
    [0, 5],
    [0, 2],
    [3, 2],
  ])('push from source %i, %i columns', async (first, columns) => {
    const { program, backend, context, run, frozenPath, request } = await traced(family, 'output');
    const before = backend.memory().live;
    backend.resetPeak();
    let flops = 0;
    const start = backend.diagonal(run.trace.hidden[0]!, first, columns, program.causal);
    await push(context, frozenPath.path, frozenPath.frozenOf, start, false, (cost) => {
      flops += cost;
    });
    const cost = await pushCost(request, first, columns);
    expect(cost.flops).toBe(flops);
    expect(cost.peakBytes).toBe(backend.memory().peak - before);
  });

  test.each([
    ['none', 2, 1, 7],
    ['output', 4, 1, 3],
    ['output', 0, 5, 2],
    ['logits', 3, 1, 1],
  ] as const)('pull from %s, tokens from %i on: %i, %i columns', async (readOut, firstToken, tokens, columns) => {
    const { program, backend, context, frozenPath, request } = await traced(family, readOut);
    const channels = readOut === 'logits' ? program.classes : program.dModel;
    const at = readOut === 'logits' && program.reads ? 0 : firstToken; // where a classifier's one row of logits stands
    const before = backend.memory().live;
    backend.resetPeak();
    let flops = 0;
    const shape = [tokens, columns, channels];
    const start: Signal = { firstToken: at, tokens, columns, channels, data: backend.zeros(shape, 'cotangents') };
    await pull(context, frozenPath.path, frozenPath.frozenOf, start, (cost) => {
      flops += cost;
    });
    const cost = await pullCost(request, at, tokens, columns);
    expect(cost.flops).toBe(flops);
    expect(cost.peakBytes).toBe(backend.memory().peak - before);
  });

  test('the work holds every product of the pass', async () => {
    const { request } = await traced(family, 'output');
    const { flops, work } = await pushCost(request, 0, 5);
    const products = work.filter(({ kind }) => kind.startsWith('product'));
    const counted = products.reduce((sum, { size, dispatches }) => sum + size * dispatches, 0);
    const linear = request.path.ops.filter((op) => op.kind === 'linear');
    expect(products.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(linear.length);
    const inTiles = linear.map(({ weight: { inputs, outputs } }) => 2 * tiledEntries(25, outputs) * inputs);
    expect(counted).toBeCloseTo(
      inTiles.reduce((sum, each) => sum + each, 0),
      3,
    );
    const needed = linear.reduce((sum, { weight }) => sum + 2 * 25 * weight.inputs * weight.outputs, 0);
    expect(counted).toBeGreaterThanOrEqual(needed); // what a tile computes beyond the matrix takes time, too
    expect(flops).toBeGreaterThan(needed);
  });

  test('peak bytes grow linearly with the columns, so a budget buys a number of columns', async () => {
    const { request } = await traced(family, 'output');
    const one = await pushCost(request, 0, 1);
    expect((await pushCost(request, 0, 5)).peakBytes).toBe(5 * one.peakBytes);
    expect(columnsWithin(3 * one.peakBytes, one, 5)).toBe(3);
    expect(columnsWithin(1, one, 5)).toBe(1);
    expect(columnsWithin(1e12, one, 5)).toBe(5);
  });
});
