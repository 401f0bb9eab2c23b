// Weight matrices in parts and in half precision, on a device with the least limits that WebGPU promises: the same numbers as in one buffer, the
// same numbers as float32 on rounded weights. Parts are made far smaller than the device asks for, so that small matrices are split, too.

import { describe, expect, it } from 'vitest';
import { compileKernel } from '../../gpu/compile';
import { openDevice } from '../../gpu/device';
import type { Kernel } from '../../gpu/kernel';
import { nodeGpu } from '../../gpu/nodeGpu';
import { plainKernels, plainWeightKernels, rowKernels, tiledKernels, tiledWeightKernels } from '../../kernels';
import { folderFiles } from '../../models/folder';
import { loadModel } from '../../models/load';
import type { Backend } from '../../program/backend';
import { type Program, weightsOf } from '../../program/program';
import { heldWeights, type WeightReader } from '../../program/weightReader';
import { relativeError } from '../../tensor/compare';
import { halfValue, roundedToHalf } from '../../tensor/half';
import { biasShares, explain } from '../questions/explained';
import { logitRows } from '../questions/logits';
import { rowOf } from '../questions/row';
import { createSession } from '../session';
import { freezingCases } from './conformance/freezingCases';
import { largeCases } from './conformance/largeCases';
import { linearCases } from './conformance/linearCases';
import { createMaker } from './conformance/maker';
import { readBack } from './conformance/read';
import type { Case } from './conformance/table';
import { createWebGpuBackend, type WebGpuOptions } from './webgpu';

const device = await openDevice(await nodeGpu(), 'default');
const partBytes = 192;
const on = (options: WebGpuOptions) => createWebGpuBackend(device, options);
const [whole, parts, halves, halfParts] = await Promise.all([
  on({}),
  on({ maxPartBytes: partBytes }),
  on({ weights: 'f16' }),
  on({ weights: 'f16', maxPartBytes: partBytes }),
]);

/** Sums in another order, or compiled with other fused multiply-adds: a few roundings of float32, relative to the largest entry. */
const reordered = 1e-6;

const reads = (name: RegExp) => (item: Case) => name.test(item.name);
const products = [...linearCases, ...largeCases].filter(reads(/^linear /));
const gathers = freezingCases.filter(reads(/^gatherRows/));

async function valuesOf(backend: Backend, { seed, compute }: Case, rounded = false): Promise<Float64Array[]> {
  const results = await compute(createMaker(backend, seed, rounded ? roundedToHalf : undefined));
  return (await Promise.all(results.map((result) => readBack(backend, result)))).map(({ values }) => values);
}

describe('the least limits of WebGPU', () => {
  it('are what this device has', () => {
    expect(device.device.limits).toMatchObject({
      maxStorageBufferBindingSize: 128 * 2 ** 20,
      maxBufferSize: 256 * 2 ** 20,
      maxStorageBuffersPerShaderStage: 8,
      maxComputeWorkgroupStorageSize: 16_384,
      maxComputeInvocationsPerWorkgroup: 256,
    });
    expect(whole.maxArrayBytes).toBe(128 * 2 ** 20);
  });

  it('suffice for every kernel', async () => {
    const all = [
      ...Object.values(plainKernels),
      ...Object.values(rowKernels).flatMap(({ shared, single }) => [shared, single]),
      ...(['f32', 'f16'] as const).flatMap((storage) => Object.values(plainWeightKernels[storage])),
      ...[tiledKernels, tiledWeightKernels.f32, tiledWeightKernels.f16].flatMap((kernels) =>
        Object.values(kernels).flatMap(({ shared, direct, square, flat, quads }) => [
          ...([shared, direct, square, flat] as const),
          ...(quads ? [quads.tiles.flat] : []),
        ]),
      ),
    ];
    for (const kernel of all) await compileKernel(device.device, kernel as unknown as Kernel);
    device.throwIfFailed();
  });
});

describe('a matrix in parts', () => {
  it.each(products)('$name (seed $seed)', async (item) => {
    const [expected] = await valuesOf(whole, item);
    const [found] = await valuesOf(parts, item);
    // Outputs are split without touching a sum; over inputs the parts add up.
    if (item.name.includes('outIn')) expect(found).toEqual(expected);
    else expect(relativeError(found!, expected!), item.name).toBeLessThanOrEqual(reordered);
    expect(await valuesOf(parts, item)).toEqual([found]);
  });

  it.each(gathers)('$name (seed $seed): the same bits', async (item) => {
    expect(await valuesOf(parts, item)).toEqual(await valuesOf(whole, item));
    expect(await valuesOf(halfParts, item)).toEqual(await valuesOf(whole, item, true));
  });

  it('leaves nothing behind when it is freed, and is for products and gathers only', async () => {
    const before = parts.memory().live;
    const { array } = parts.uploadMatrix(new Float32Array(100 * 7), [100, 7], 'matrix');
    expect(parts.memory().live - before).toBe(2800);
    await expect(async () => parts.read(array)).rejects.toThrow(/for products and for taking rows only/);
    parts.free(array);
    expect(parts.memory().live).toBe(before);
    expect(() => parts.free(array)).toThrow(/was freed/);
  });

  it('may be larger than a buffer; one row may not', () => {
    const { array } = whole.uploadMatrix(new Float32Array(36 * 2 ** 20), [36, 2 ** 20], 'large'); // 151 MB
    whole.free(array);
    const row = new Float32Array(33 * 2 ** 20 + 1);
    expect(() => whole.uploadMatrix(row, [1, row.length], 'row')).toThrow(
      /row needs 138\.4 MB, and this graphics device allows 134\.2 MB/,
    );
  });
});

describe('half precision', () => {
  it.each(products)('$name (seed $seed) is float32 on rounded weights', async (item) => {
    const [expected] = await valuesOf(whole, item, true);
    for (const backend of [halves, halfParts]) {
      const [found] = await valuesOf(backend, item);
      expect(relativeError(found!, expected!), item.name).toBeLessThanOrEqual(reordered);
    }
  });

  it('takes half the memory, and tells what rounding changed', () => {
    const values = Float32Array.from([1, 2 ** -12 + 1, -3, 0.5]);
    for (const backend of [whole, halves]) {
      const before = backend.memory().live;
      const { array, rounding } = backend.uploadMatrix(values, [2, 2], 'matrix');
      expect(rounding).toBe(backend === whole ? 0 : 2 ** -12 / 3);
      expect(backend.memory().live - before).toBe(backend === whole ? 16 : 8);
      backend.free(array);
    }
  });

  it('keeps numbers below the smallest normal half, both signs and the last odd one', async () => {
    const table = Float32Array.from([1, 2, 5, 0x3ff, 0x400, 0x8001, 0x83ff, 0, 0x3c00], halfValue);
    const { array } = halves.uploadMatrix(table, [9, 1], 'small');
    const rows = halves.gatherRows(array, halves.uploadIndices([0, 1, 2, 3, 4, 5, 6, 7, 8], 'ids'));
    expect(await halves.read(rows.data)).toEqual(table);
    halves.free(array);
  });

  it.each([65_505, -1e6])('refuses a weight of %d by name', (value) => {
    const before = halves.memory().live;
    expect(() => halves.uploadMatrix([1, 2, 3, value], [2, 2], 'blocks.0.ffn.up.weight')).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringMatching(
          /^The weight blocks\.0\.ffn\.up\.weight holds .* open the model with float32 weights\.$/,
        ),
      }),
    );
    expect(halves.memory().live).toBe(before);
  });
});

/** The program's matrices rounded, its vectors as they are. */
async function rounded(program: Program, weights: WeightReader): Promise<WeightReader> {
  const arrays = new Map<string, ArrayLike<number>>();
  for (const ref of weightsOf(program)) {
    const values = await weights.take(ref.name);
    arrays.set(ref.name, 'length' in ref ? values : roundedToHalf(values));
  }
  return heldWeights(arrays);
}

/** Residual stream, logits, and a row with its bias: run, push and pull. */
async function answers(program: Program, weights: WeightReader, backend: Backend) {
  const session = await createSession(program, weights, backend);
  const run = await session.run([3, 1, 4, 1, 5], () => {});
  const question = { session, run, options: {} };
  const hidden = await backend.read(run.trace.hidden.at(-1)!.data);
  const logits = await logitRows(question, program.blocks, 0, 5);
  const scope = { range: [0, program.blocks], gateRule: 'half' } as const;
  const explained = await explain(
    question,
    { token: 4, class: 7, direction: { kind: 'centred' } },
    program.blocks,
    String,
  );
  const { contributions, conservation } = await rowOf(question, scope, explained);
  const bias = await biasShares(question, scope, [explained]);
  const { rounding, weightBytes } = session;
  session.dispose();
  return { numbers: { hidden, logits, contributions, bias }, conservation, rounding, weightBytes };
}

describe.each(['gpt2', 'llama', 'bert'])('%s', (family) => {
  it('gives the same numbers in parts, and in half precision those of rounded weights', async () => {
    const { program, weights } = await loadModel(folderFiles(`fixtures/tiny/${family}`));
    const [exact, roundedWeights] = [await answers(program, weights, whole), await rounded(program, weights)];
    const onRounded = await answers(program, roundedWeights, whole);
    for (const [backend, expected] of [
      [parts, exact],
      [halves, onRounded],
      [halfParts, onRounded],
    ] as const) {
      const found = await answers(program, weights, backend);
      for (const key of ['hidden', 'logits', 'contributions', 'bias'] as const) {
        // Roundings of float32 through three blocks, relative to the largest entry.
        expect(relativeError(found.numbers[key], expected.numbers[key]), key).toBeLessThanOrEqual(1e-5);
      }
      expect(found.conservation).toBeLessThanOrEqual(1e-5);
      expect(found.rounding.error).toBe(expected === exact ? 0 : found.rounding.error);
      if (expected === exact) continue;
      expect(found.rounding.error).toBeGreaterThan(1e-5);
      expect(found.rounding.error).toBeLessThanOrEqual(2 ** -11); // half the distance of halves at the largest entry
      expect(found.rounding.weight).toMatch(/weight$/);
      expect(found.weightBytes).toBeLessThan(0.6 * exact.weightBytes); // vectors stay as they are
    }
    // The rounding itself is far larger than what is allowed above: the comparisons can tell the two apart.
    expect(relativeError(onRounded.numbers.logits, exact.numbers.logits)).toBeGreaterThan(1e-5);
  });
});
