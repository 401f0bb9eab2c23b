// Measures which variants of the kernels a device runs fastest, on zeros: one large product and one norm of many rows, each variant in turn and
// the shortest of some rounds kept. Compiling apart it takes less than 200 ms; it stops between two measurements. Not a benchmark: bench/ is.

import type { CompiledKernel } from '../../gpu/compile';
import type { GpuDevice } from '../../gpu/device';
import type { ParamTypes, ParamValues } from '../../gpu/kernel';
import { createPool } from '../../gpu/pool';
import { createRecorder } from '../../gpu/recorder';
import { rowKernels, tiledWeightKernels } from '../../kernels';
import type { KernelChoice } from '../../kernels/choice';
import { rowVariant } from '../../kernels/rowKernel';
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
const productSize = { rows: 512, inner: 128, columns: 512 };
const normSize = { rows: 2048, channels: 256 };

interface Encoded<C> {
  readonly choice: C;
  readonly encode: () => void;
}

async function productVariants({ device }: GpuDevice, storage: WeightStorage) {
  const { matmulInOut } = tiledWeightKernels[storage];
  const choices = (['words', 'quads'] as const).flatMap((loads) =>
    (['shared', 'direct'] as const).map((largeTile) => ({ largeTile, loads })),
  );
  return Promise.all(
    choices.map(async (choice) => {
      const tiles = choice.loads === 'quads' ? matmulInOut.quads!.tiles : matmulInOut;
      return { choice, compiled: await compileOnce(device, tiles[choice.largeTile]) };
    }),
  );
}

async function normVariants({ device, subgroupLanes }: GpuDevice) {
  const all = ['shared', 'single', 'subgroups'] as const;
  const choices = subgroupLanes === null ? all.slice(0, 2) : all;
  return Promise.all(
    choices.map(async (rows) => ({
      choice: { rows },
      compiled: await compileOnce(device, rowVariant(rowKernels.applyNorm, rows, subgroupLanes)),
    })),
  );
}

/** Rejects with `cancelled` when the signal is aborted. Leaves nothing behind but the pipelines, which are kept for the device. */
export async function tuneKernels(
  gpu: GpuDevice,
  storage: WeightStorage,
  usual: KernelChoice,
  signal?: AbortSignal,
): Promise<KernelChoice> {
  const products = await productVariants(gpu, storage);
  const norms = await normVariants(gpu);
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

  async function fastest<C extends Partial<KernelChoice>>(variants: readonly Encoded<C>[]): Promise<C> {
    const isUsual = ({ choice }: Encoded<C>) =>
      Object.entries(choice).every(([name, value]) => usual[name as keyof C & keyof KernelChoice] === value);
    const ofUsual = variants.find(isUsual)!;
    const best = new Map(variants.map((variant) => [variant, Number.POSITIVE_INFINITY]));
    await timed(ofUsual.encode, 1); // what is used for the first time is made now
    const first = await timed(ofUsual.encode, 1);
    const times = Math.max(1, Math.min(mostRepetitions, Math.round(shortestRound / first)));
    for (let round = 0; round < rounds; round++)
      for (const variant of variants)
        best.set(variant, Math.min(best.get(variant)!, await timed(variant.encode, times)));
    const clearlyFaster = (variant: Encoded<C>) => best.get(variant)! < clearly * best.get(ofUsual)!;
    const [fast = ofUsual] = variants.filter(clearlyFaster).sort((a, b) => best.get(a)! - best.get(b)!);
    return fast.choice;
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

    const a = zeros(productSize.rows * productSize.inner);
    const weights = zeros(productSize.inner * productSize.columns);
    const ofProduct = {
      a,
      b: weights,
      bias: a,
      coefficients: a,
      added: a,
      c: zeros(productSize.rows * productSize.columns),
    };
    const whole = {
      ...productSize,
      inputs: productSize.inner,
      firstInput: 0,
      outputs: productSize.columns,
      firstOutput: 0,
      ...{ accumulate: 0, hasBias: 0, hasFactor: 0, factor: 1, firstToken: 0, rowsPerToken: 1, staggered: 0 },
      ...{ firstA: 0, rowsA: productSize.rows, firstAdded: 0, rowsAdded: 0 },
    };
    const product = await fastest(
      products.map(({ choice, compiled }) => ({ choice, encode: dispatch(compiled, whole, ofProduct) })),
    );

    const x = zeros(normSize.rows * normSize.channels);
    const [gain, sigma] = [zeros(normSize.channels), zeros(normSize.rows)];
    const ofNorm = { x, gain, sigma, bias: gain, added: x, y: zeros(normSize.rows * normSize.channels) };
    const ofRows = {
      ...normSize,
      ...{ columns: 1, staggered: 0, firstToken: 0, subtractMean: 1, hasBias: 0 },
      ...{ firstX: 0, rowsX: normSize.rows, firstAdded: 0, rowsAdded: 0 },
    };
    const rows = await fastest(
      norms.map(({ choice, compiled }) => ({ choice, encode: dispatch(compiled, ofRows, ofNorm) })),
    );
    return { ...product, ...rows };
  } finally {
    recorder.destroy();
    pool.destroy();
  }
}
