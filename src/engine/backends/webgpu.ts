// The Backend contract on a GPU: float32 arrays in pooled buffers, one WGSL kernel (or a few) a primitive, recorded and run in order. The same
// request gives the same bits on the same device: no atomics, every sum in a fixed order.

import type { GpuDevice } from '../../gpu/device';
import { createPool } from '../../gpu/pool';
import type { CreateProfile, Profile } from '../../gpu/profile';
import { createRecorder, type RecorderCounts } from '../../gpu/recorder';
import { type KernelChoice, usualChoice } from '../../kernels/choice';
import type { Backend, GradientPrimitives, WeightStorage } from '../../program/backend';
import { shapeOf } from '../../program/staggered';
import { describeShape, sizeOf } from '../../tensor/shape';
import { bufferOf, expect, GpuArray, GpuMatrix, type Workbench } from './webgpuArrays';
import { freezing } from './webgpuFreezing';
import { gradientPrimitives } from './webgpuGradient';
import { compileGradientKernels, compileKernels } from './webgpuKernels';
import { linearOps, type RepeatLinear } from './webgpuLinear';
import { freeMatrix, uploadMatrix } from './webgpuMatrices';
import { sources } from './webgpuSources';
import { startsAndCollapses } from './webgpuStarts';

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

export interface WebGpuBackend extends Backend {
  readonly kind: 'webgpu';
  readonly weightStorage: WeightStorage;
  readonly kernels: KernelChoice;
  /** Arrays alive, and what the device holds for them and for reuse, in bytes. */
  memory(): { readonly live: number; readonly peak: number; readonly held: number };
  /** Dispatches, compute passes, submissions and new bind groups so far. */
  counts(): RecorderCounts;
  /** For benchmarks: `linear` without bias, `times` times into one array, recorded in as few submissions as the recorder makes. */
  readonly repeatLinear: RepeatLinear;
  /** null: nothing is profiled. */
  readonly profile: Profile | null;
  /** Destroys every buffer. The device stays. */
  dispose(): void;
}

export interface WebGpuOptions {
  /** How weight matrices are stored; float32 unless given. */
  readonly weights?: WeightStorage | undefined;
  /** Which variants of the kernels run; the usual ones unless given. */
  readonly kernels?: KernelChoice | undefined;
  /** For tests: splits matrices into parts smaller than the device asks for. */
  readonly maxPartBytes?: number | undefined;
  /** For `?debug=1`. */
  readonly createProfile?: CreateProfile | undefined;
}

export async function createWebGpuBackend(gpu: GpuDevice, options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  const storage = options.weights ?? 'f32';
  const choice = options.kernels ?? usualChoice(gpu.software);
  const kernels = await compileKernels(gpu, storage, choice);
  gpu.throwIfFailed();
  const recorder = createRecorder(gpu, options.createProfile);
  const pool = createPool(gpu.device, () => {
    recorder.submit();
    recorder.forgetBindGroups();
  });

  const allocate: Workbench['allocate'] = (shape, label, largestIndex) => {
    const bytes = sizeOf(shape) * BYTES_PER_NUMBER;
    expect(bytes > 0, label, `${describeShape(shape)} is empty`);
    return new GpuArray(shape, label, pool.acquire(bytes, label), largestIndex);
  };
  const bench: Workbench = {
    kernels,
    pool,
    recorder,
    storage,
    allocate,
    allocateSignal: ({ firstToken, tokens, staggered }, columns, channels, label) => {
      const signal = { firstToken, tokens, columns, channels, ...(staggered && { staggered }) };
      return { ...signal, data: allocate(shapeOf(signal), label) };
    },
    dispatch(compiled, params, arrays) {
      const buffers = Object.fromEntries(
        Object.entries<GpuArray>(arrays as never).map(([name, array]) => [name, bufferOf(array)]),
      );
      recorder.dispatch(compiled, params, buffers as never);
    },
  };

  let gradients: Promise<GradientPrimitives> | null = null;
  const limits = {
    maxPartBytes: Math.min(pool.maxBytes, options.maxPartBytes ?? pool.maxBytes),
    flushesHalves: false,
  };
  const backend: WebGpuBackend = {
    kind: 'webgpu',
    weightStorage: storage,
    kernels: choice,
    bytesPerNumber: BYTES_PER_NUMBER,
    bytesPerWeight: storage === 'f16' ? 2 : BYTES_PER_NUMBER,
    callFlops: gpu.software ? 2e5 : 2e6, // some 50 µs at a few GFLOP/s, a few µs at half a TFLOP/s
    maxArrayBytes: pool.maxBytes,

    upload(data, shape, label) {
      expect(data.length === sizeOf(shape), label, `${data.length} numbers do not fill ${describeShape(shape)}`);
      const array = allocate(shape, label);
      recorder.write(
        bufferOf(array),
        data instanceof Float32Array ? (data as Float32Array<ArrayBuffer>) : Float32Array.from(data),
      );
      return array;
    },
    uploadMatrix: (data, shape, label) => uploadMatrix(bench, limits, data, shape, label),
    uploadIndices(data, label) {
      const indices = Uint32Array.from(data);
      const array = allocate(
        [indices.length],
        label,
        indices.reduce((a, b) => Math.max(a, b), 0),
      );
      recorder.write(bufferOf(array), indices);
      return array;
    },
    zeros(shape, label) {
      const array = allocate(shape, label);
      if (bufferOf(array).used) recorder.clear(bufferOf(array)); // new buffers are zero
      return array;
    },
    read: async (array) => new Float32Array(await recorder.read(bufferOf(array))),
    finish: () => recorder.finish(),
    free(array) {
      if (array instanceof GpuMatrix) return freeMatrix(bench, array);
      pool.release(bufferOf(array));
      (array as GpuArray).buffer = null;
    },
    memory: () => pool.memory(),
    counts: () => recorder.counts(),
    profile: recorder.profile,
    resetPeak: () => pool.resetPeak(),
    holdWithin: (bytes) => pool.holdWithin(bytes),

    ...linearOps(bench),
    ...freezing(bench),
    ...sources(bench),
    ...startsAndCollapses(bench),

    gradients() {
      gradients ??= compileGradientKernels(gpu, choice).then((compiled) => gradientPrimitives(bench, compiled));
      return gradients;
    },

    dispose() {
      recorder.destroy();
      pool.destroy();
    },
  };
  if (storage === 'f16') limits.flushesHalves = await flushesHalves(backend);
  return backend;
}

/** Whether the device reads the largest of the halves that are not normal as 0. */
async function flushesHalves(backend: WebGpuBackend): Promise<boolean> {
  const value = 2 ** -14 - 2 ** -24;
  const { array } = backend.uploadMatrix([value], [1, 1], 'a small half');
  const indices = backend.uploadIndices([0], 'its row');
  const { data } = backend.gatherRows(array, indices);
  const [read] = await backend.read(data);
  for (const used of [array, indices, data]) backend.free(used);
  return read !== value;
}
