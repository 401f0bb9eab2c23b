// Measures which variants of the kernels a device runs fastest, on zeros: one large product and one norm of many rows, each variant in turn and
// the shortest of some rounds kept. Compiling apart it takes less than 200 ms; it stops between two measurements. Not a benchmark: bench/ is.

import type { CompiledKernel } from '../../gpu/compile';
import type { GpuDevice } from '../../gpu/device';
import type { ParamTypes, ParamValues } from '../../gpu/kernel';
import { createPool } from '../../gpu/pool';
import { createRecorder } from '../../gpu/recorder';
import { rowKernels, tiledWeightKernels } from '../../kernels';
import type { KernelChoice } from '../../kernels/choice';
import type { WeightStorage } from '../../program/backend';
import { throwIfAborted } from '../../tensor/errors';
import { compileOnce } from './webgpuKernels';

const rounds = 3;
/** A round repeats a dispatch until it should last about so long, in milliseconds, so that the wait for it does not matter. */
const shortestRound = 5;
const mostRepetitions = 64;
/** What is usual is left only for something clearly faster. */
const clearly = 0.9;

/** Rows enough for a grid of 8 x 8 large tiles, and a depth of some slabs. */
const product = { rows: 512, inner: 128, columns: 512 };
const norm = { rows: 2048, channels: 256 };

/** Rejects with `cancelled` when the signal is aborted. Leaves nothing behind but the pipelines, which are kept for the device. */
export async function tuneKernels(
  gpu: GpuDevice,
  storage: WeightStorage,
  usual: KernelChoice,
  signal?: AbortSignal,
): Promise<KernelChoice> {
  const { matmulInOut } = tiledWeightKernels[storage];
  const { applyNorm } = rowKernels;
  const { subgroupLanes } = gpu;
  const [shared, direct, rowsShared, rowsSingle, rowsInSubgroups] = await Promise.all([
    compileOnce(gpu.device, matmulInOut.shared),
    compileOnce(gpu.device, matmulInOut.direct),
    compileOnce(gpu.device, applyNorm.shared),
    compileOnce(gpu.device, applyNorm.single),
    subgroupLanes && compileOnce(gpu.device, applyNorm.subgroups[subgroupLanes]),
  ]);
  throwIfAborted(signal);
  const recorder = createRecorder(gpu);
  const pool = createPool(gpu.device, () => recorder.submit());

  /** Milliseconds of `times` dispatches, the wait for them included. */
  async function timed(encode: () => void, times: number): Promise<number> {
    throwIfAborted(signal);
    const start = performance.now();
    for (let i = 0; i < times; i++) encode();
    await recorder.finish();
    return performance.now() - start;
  }

  async function fastest<Name extends string>(
    variants: Readonly<Partial<Record<Name, () => void>>>,
    usual: Name,
  ): Promise<Name> {
    const all = Object.entries(variants) as [Name, () => void][];
    const best = new Map<Name, number>(all.map(([name]) => [name, Number.POSITIVE_INFINITY]));
    await timed(variants[usual]!, 1); // what is used for the first time is made now
    const first = await timed(variants[usual]!, 1);
    const times = Math.max(1, Math.min(mostRepetitions, Math.round(shortestRound / first)));
    for (let round = 0; round < rounds; round++)
      for (const [name, encode] of all) best.set(name, Math.min(best.get(name)!, await timed(encode, times)));
    const clearlyFaster = ([name]: (typeof all)[number]) => best.get(name)! < clearly * best.get(usual)!;
    const [fast] = all.filter(clearlyFaster).sort(([a], [b]) => best.get(a)! - best.get(b)!);
    return fast ? fast[0] : usual;
  }

  try {
    const zeros = (numbers: number) => pool.acquire(numbers * Float32Array.BYTES_PER_ELEMENT, 'tuning');
    const dispatch =
      <P extends ParamTypes, R extends string, W extends string>(
        compiled: CompiledKernel<P, R, W>,
        params: ParamValues<P>,
        buffers: Parameters<typeof recorder.dispatch<P, R, W>>[2],
      ) =>
      () =>
        recorder.dispatch(compiled, params, buffers);

    const a = zeros(product.rows * product.inner);
    const weights = zeros(product.inner * product.columns);
    const ofProduct = { a, b: weights, bias: a, coefficients: a, added: a, c: zeros(product.rows * product.columns) };
    const whole = {
      ...product,
      inputs: product.inner,
      firstInput: 0,
      outputs: product.columns,
      firstOutput: 0,
      ...{ accumulate: 0, hasBias: 0, hasFactor: 0, factor: 1, firstToken: 0, rowsPerToken: 1, staggered: 0 },
      ...{ firstA: 0, rowsA: product.rows, firstAdded: 0, rowsAdded: 0 },
    };
    const largeTile = await fastest(
      { shared: dispatch(shared, whole, ofProduct), direct: dispatch(direct, whole, ofProduct) },
      usual.largeTile,
    );

    const x = zeros(norm.rows * norm.channels);
    const [gain, sigma] = [zeros(norm.channels), zeros(norm.rows)];
    const ofNorm = { x, gain, sigma, bias: gain, added: x, y: zeros(norm.rows * norm.channels) };
    const ofRows = {
      ...norm,
      ...{ columns: 1, staggered: 0, firstToken: 0, subtractMean: 1, hasBias: 0 },
      ...{ firstX: 0, rowsX: norm.rows, firstAdded: 0, rowsAdded: 0 },
    };
    const rowVariants: Partial<Record<KernelChoice['rows'], () => void>> = {
      shared: dispatch(rowsShared, ofRows, ofNorm),
      single: dispatch(rowsSingle, ofRows, ofNorm),
      ...(rowsInSubgroups && { subgroups: dispatch(rowsInSubgroups, ofRows, ofNorm) }),
    };
    const rows = await fastest(rowVariants, usual.rows);
    return { largeTile, rows };
  } finally {
    recorder.destroy();
    pool.destroy();
  }
}
