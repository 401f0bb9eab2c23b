// Traces that do not fit: with the coefficients of one block at a time on the device, made anew or copied back, the same numbers, bit by bit, and
// never more there than was allowed; a budget that is smaller still is refused with what fits.

import { afterAll, describe, expect, it } from 'vitest';
import { nodeGpu } from '../gpu/nodeGpu';
import { folderFiles } from '../models/folder';
import { loadModel } from '../models/load';
import type { Backend } from '../program/backend';
import { type Keeping, withBlocks } from '../program/blockCoefficients';
import type { DeviceRates } from '../program/costModel';
import { linearPath } from '../program/path';
import { runCost } from '../program/planner';
import type { Program } from '../program/program';
import { pull, push } from '../program/readings';
import { runProgram } from '../program/run';
import { backendsUnderTest } from '../program/testing/backends';
import { relativeError } from '../tensor/compare';
import { openBackend } from './devices';
import type { Engine } from './engine';
import { memoryShares } from './memoryShares';
import { createSession } from './session';
import { createTestEngine } from './testing/engines';
import { allQuestions } from './testing/questions';

const path = 'fixtures/tiny/gpt2';

/** The smallest budget in which a run of so many tokens is possible; with `kept`, that keeps all coefficients. */
async function leastBudget(program: Program, backend: Backend, tokens: number, kept = false): Promise<number> {
  let [refused, fits] = [0, 2 ** 30];
  while (fits - refused > 1) {
    const middle = Math.floor((refused + fits) / 2);
    const shares = await memoryShares(program, backend, middle, tokens).catch(() => null);
    if (shares && (!kept || shares.keeping === 'kept')) fits = middle;
    else refused = middle;
  }
  return fits;
}

/** A pass that the budget lets have fewer columns takes other tiles, whose sums run in another order. */
const tolerance = 1e-5;
/** These have one column with any budget, so they must have the same bits. */
const oneColumn = ['row', 'map rollout', 'map flow', 'layers from', 'layers upTo'];

describe.each(['webgpu', 'reference'] as const)('a budget that the whole trace does not fit, on %s', (device) => {
  const engines: Engine[] = [];
  afterAll(() => {
    for (const engine of engines) engine.dispose();
  });

  it('answers everything, within the budget, and refuses what is a byte less', async () => {
    const { program } = await loadModel(folderFiles(path));
    const tokens = program.contextLength;
    const ids = Array.from({ length: tokens }, (_, at) => (7 * at + 3) % program.vocab);
    async function open(memoryBudget: (backend: Backend) => Promise<number | null>) {
      const opened = await openBackend(device, nodeGpu);
      const engine = createTestEngine(async () => opened);
      engines.push(engine);
      const budget = await memoryBudget(opened.backend);
      const model = { kind: 'folder', path } as const;
      const info = await engine.open({ model, device, memoryBudget: budget });
      return { engine, info, budget, backend: opened.backend };
    }
    const whole = await open(async () => null);
    const part = await open((backend) => leastBudget(program, backend, tokens));
    const nearly = await open(async (backend) => (await leastBudget(program, backend, tokens, true)) - 1);
    // Software adapters are slow: the second budget is asked about everything on the reference alone.
    const asked = device === 'reference' ? [part, nearly] : [part];
    for (const { backend, budget } of [part, nearly])
      expect((await memoryShares(program, backend, budget!, tokens)).keeping).toBe('recomputed');
    const { traceBytes } = await runCost(program, tokens, part.backend.bytesPerNumber);
    const lean = await runCost(program, tokens, part.backend.bytesPerNumber, { keeping: 'recomputed' });
    expect(lean.traceBytes).toBeLessThan(traceBytes / 2);

    const { predictions } = await whole.engine.run({ ids });
    for (const { engine, backend } of [part, nearly]) {
      backend.resetPeak();
      expect((await engine.run({ ids })).predictions).toEqual(predictions);
    }
    for (const { name, ask } of allQuestions(program.blocks, 3)) {
      if (device === 'reference' && name === 'checkLogits') continue; // it is the reference itself
      if (device === 'webgpu' && name === 'map norm') continue; // a block restored for every row: on the reference alone
      const expected = await ask(whole.engine);
      for (const { engine } of asked) {
        const answer = await ask(engine);
        for (const [at, numbers] of answer.entries())
          expect(relativeError(numbers, expected[at]!), name).toBeLessThanOrEqual(tolerance);
        if (device === 'reference' || oneColumn.includes(name)) expect(answer, name).toEqual(expected);
      }
    }
    for (const { backend, budget } of [part, nearly]) expect(backend.memory().peak).toBeLessThanOrEqual(budget!);

    const shorter = `up to \\d+ tokens fit`;
    await expect(memoryShares(program, part.backend, part.budget! - 1, tokens)).rejects.toThrow(
      new RegExp(
        `is too little: .* for a run of ${tokens} tokens\\)\\. Allow more memory, or shorten the prompt: ${shorter}\\.$`,
      ),
    );
  }, 120_000);
});

describe.each(backendsUnderTest)('the coefficients of a block, on $kind', ({ create }) => {
  it.each(['gpt2', 'llama', 'bert', 'gpt_neox', 'gemma2', 'vit'])(
    '%s: made anew or copied back they are the same bits',
    async (family) => {
      const { program, weights } = await loadModel(folderFiles(`fixtures/tiny/${family}`));
      const backend = await create();
      const session = await createSession(program, weights, backend);
      const { image } = program;
      const input = image
        ? {
            shape: [image.channels, image.side, image.side],
            data: Float32Array.from({ length: image.channels * image.side ** 2 }, (_, at) => Math.sin(at)),
          }
        : [3, 1, 4, 1, 5];
      const results: Record<Keeping, unknown[]> = { kept: [], recomputed: [], spilled: [] };
      const live = backend.memory().live;
      for (const keeping of Object.keys(results) as Keeping[]) {
        const context = session.context('half');
        const trace = await runProgram(context, program, input, () => {}, { keeping });
        const reading = trace.blocks ? { ...context, stream: withBlocks(undefined, trace.blocks) } : context;
        const frozenOf = (name: string) => trace.frozen.get(name) ?? trace.blocks?.frozen(name) ?? {};
        const whole = linearPath(program, program.hidden[0]!, program.hidden[program.blocks]!);
        const there = () => push(reading, whole, frozenOf, trace.hidden[0]!, true, () => {});
        const back = () => pull(reading, whole, frozenOf, trace.hidden[program.blocks]!, () => {});
        const all = [await there(), await back(), ...(await Promise.all([there(), back(), there()]))]; // also at the same time
        for (const { data } of all) {
          results[keeping].push(await backend.read(data));
          backend.free(data);
        }
        trace.dispose();
        expect(backend.memory().live).toBe(live);
      }
      expect(results.recomputed).toEqual(results.kept);
      expect(results.spilled).toEqual(results.kept);
      session.dispose();
    },
  );

  it('a pass that is stopped inside a block lets the next one in', async () => {
    const { program, weights } = await loadModel(folderFiles(path));
    const backend = await create();
    const session = await createSession(program, weights, backend);
    const trace = await runProgram(session.context('half'), program, [3, 1, 4], () => {}, { keeping: 'recomputed' });
    const reading = { ...session.context('half'), stream: withBlocks(undefined, trace.blocks!) };
    const frozenOf = (name: string) => trace.frozen.get(name) ?? trace.blocks!.frozen(name) ?? {};
    const whole = linearPath(program, program.hidden[0]!, program.hidden[program.blocks]!);
    let ops = 0;
    const stop = () => {
      if (ops++ === 4) throw new Error('stopped');
    };
    await expect(push(reading, whole, frozenOf, trace.hidden[0]!, false, stop)).rejects.toThrow('stopped');
    const back = await pull(reading, whole, frozenOf, trace.hidden[program.blocks]!, () => {});
    backend.free(back.data);
    trace.dispose();
    session.dispose();
    expect(backend.memory().live).toBe(0);
  });
});

it('where copying is much faster than computing, coefficients are spilled; where both are slow beside reading, made anew', async () => {
  const { program } = await loadModel(folderFiles(path));
  const backend = await backendsUnderTest[0]!.create();
  const tokens = program.contextLength;
  const budget = await leastBudget(program, backend, tokens);
  const curve = (seconds: number) => [{ size: 1, seconds }];
  const rates = (computing: number, copying: number): DeviceRates => {
    const others = ['product', 'productTransposed', 'mix', 'mixAdjoint', 'norm', 'elements'] as const;
    const curves = Object.fromEntries(others.map((kind) => [kind, curve(computing)]));
    return { overhead: 0, wait: 0, curves: { ...curves, read: curve(copying) } as unknown as DeviceRates['curves'] };
  };
  const keepingAt = async (bytes: number, known: DeviceRates, secondsPerByte: number) =>
    (await memoryShares(program, backend, bytes, tokens, { rates: known, secondsPerByte })).keeping;
  expect(await keepingAt(budget, rates(1e-6, 1e-12), 0)).toBe('spilled');
  expect(await keepingAt(budget, rates(1e-12, 1e-6), 0)).toBe('recomputed');
  const roomy = 2 ** 28;
  expect(await keepingAt(roomy, rates(1e-6, 1e-6), 1)).toBe('kept');
});
