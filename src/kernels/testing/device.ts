// For tests: one device for a test file, a kernel run on it with NaN in every output beforehand, and seeded inputs.

import { type CompiledKernel, compileKernel } from '../../gpu/compile';
import { openDevice } from '../../gpu/device';
import type { Kernel, ParamTypes, ParamValues } from '../../gpu/kernel';
import { nodeGpu } from '../../gpu/nodeGpu';
import { createPool } from '../../gpu/pool';
import { createRecorder } from '../../gpu/recorder';
import { randomArray, seededRandom } from '../../tensor/random';

/** Kept at module level: Dawn needs it for the life of the process. No adapter is a failure, never a skip. */
export const testDevice = await openDevice(await nodeGpu());

const recorder = createRecorder(testDevice);
const pool = createPool(testDevice.device, () => recorder.submit());
const compiled = new Map<object, Promise<CompiledKernel>>();

type Numbers = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** `outputs`: lengths, or what an in-place kernel starts from. */
export async function runKernel<P extends ParamTypes, R extends string, W extends string>(
  kernel: Kernel<P, R, W>,
  params: ParamValues<P>,
  inputs: Readonly<Record<R, Numbers>>,
  outputs: Readonly<Record<W, number | Numbers>>,
): Promise<Record<W, Float32Array>> {
  if (!compiled.has(kernel))
    compiled.set(kernel, compileKernel(testDevice.device, kernel) as unknown as Promise<CompiledKernel>);
  const pipeline = await compiled.get(kernel)!;
  const contents = Object.entries<number | Numbers>({ ...inputs, ...outputs });
  const buffers = Object.fromEntries(
    contents.map(([name, content]) => {
      const data = typeof content === 'number' ? new Float32Array(content).fill(Number.NaN) : content;
      const buffer = pool.acquire(data.byteLength, name);
      recorder.write(buffer, data);
      return [name, buffer];
    }),
  );
  recorder.dispatch(pipeline, params, buffers);
  const results = {} as Record<W, Float32Array>;
  for (const name of kernel.writes) results[name] = new Float32Array(await recorder.read(buffers[name]!));
  for (const buffer of Object.values(buffers)) pool.release(buffer);
  return results;
}

export function seeded(length: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  return randomArray(length, seededRandom(seed), scale) as Float32Array<ArrayBuffer>;
}

export const f64 = (values: ArrayLike<number>) => Float64Array.from(values);
