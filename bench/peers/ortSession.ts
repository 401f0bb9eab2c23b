// ONNX Runtime Web on WebGPU with inputs and outputs in GPU buffers: its native WebGPU execution provider. The package's default import is an older
// build with other kernels, which is not measured here.

import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { limitsOf } from '../../src/gpu/device';
import type { Entry } from '../race';

env.wasm.wasmPaths = { wasm: wasmUrl }; // else it looks beside the page's own script
env.wasm.numThreads = 1; // threads serve its CPU operators, of which these models have none
env.logLevel = 'error';

/**
 * Undefined: ONNX Runtime makes its own device, with every feature it likes. Where subgroups are narrower than 8 (SwiftShader: 4) it gets one
 * without subgroups: some of its kernels are wrong on such subgroups, without an error (1.30.0).
 */
let given: Promise<GPUDevice | undefined> | undefined;
async function chooseDevice(): Promise<GPUDevice | undefined> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  const { subgroupMinSize = 8 } = adapter?.info ?? {};
  return subgroupMinSize < 8 ? adapter?.requestDevice({ requiredLimits: limitsOf(adapter) }) : undefined;
}

interface BoundInput {
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly dims: readonly number[];
}

export interface OrtSession extends Entry {
  /** The first output. */
  read(): Promise<Float32Array>;
  free(): Promise<void>;
}

/**
 * `outputs`: dimensions by name, float32. `captured`: its graph capture, which records the first run and replays it; ONNX Runtime must own the
 * outputs then, bound ones fail on replay (1.30.0).
 */
export async function ortSession(
  model: Uint8Array,
  inputs: Readonly<Record<string, BoundInput>>,
  outputs: ReadonlyMap<string, readonly number[]>,
  captured = false,
): Promise<OrtSession> {
  given ??= chooseDevice();
  const own = await given;
  const session = await InferenceSession.create(model, {
    executionProviders: [{ name: 'webgpu', ...(own && { device: own }) }], // env.webgpu.device is ignored by this build
    preferredOutputLocation: 'gpu-buffer',
    enableGraphCapture: captured,
    logSeverityLevel: 3,
  });
  const device = own ?? ((await env.webgpu.device) as GPUDevice); // its own exists once a session does
  const buffers: GPUBuffer[] = [];
  const bind = (data: BoundInput['data'], dims: readonly number[]) => {
    const buffer = upload(device, data);
    buffers.push(buffer);
    return Tensor.fromGpuBuffer(buffer, { dataType: data instanceof Int32Array ? 'int32' : 'float32', dims });
  };
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, dims }]) => [name, bind(data, dims)]));
  const zeros = (dims: readonly number[]) => new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const fetches = Object.fromEntries(
    captured ? [] : [...outputs].map(([name, dims]) => [name, bind(zeros(dims), dims)]),
  );
  const [[first, firstDims]] = [...outputs] as [[string, readonly number[]]];
  let last: InferenceSession.ReturnType | undefined;
  return {
    async run(times) {
      for (let i = 0; i < times; i++) last = captured ? await session.run(feeds) : await session.run(feeds, fetches);
      await device.queue.onSubmittedWorkDone(); // `run` resolves when the work is submitted
    },
    // The buffer may be larger than the tensor.
    read: () => download(device, last![first]!.gpuBuffer as GPUBuffer, 4 * zeros(firstDims).length),
    async free() {
      await session.release();
      for (const buffer of buffers) buffer.destroy();
    },
  };
}

function upload(device: GPUDevice, data: BoundInput['data']): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label: 'ort', size: data.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

async function download(device: GPUDevice, source: GPUBuffer, size: number): Promise<Float32Array> {
  const staging = device.createBuffer({ label: 'ort', size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const commands = device.createCommandEncoder();
  commands.copyBufferToBuffer(source, 0, staging, 0, size);
  device.queue.submit([commands.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return data;
}
