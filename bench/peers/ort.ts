// ONNX Runtime Web as a peer: its native WebGPU execution provider with inputs and outputs in GPU buffers. The package's default import is an
// older build with other kernels, which is not measured here.

import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { openDevice } from '../../src/gpu/device';
import { matmulModel } from './matmulModel';
import type { Multiplier } from './product';

env.wasm.wasmPaths = { wasm: wasmUrl }; // else it looks beside the page's own script
env.wasm.numThreads = 1; // threads serve its CPU operators; there are none in a MatMul on the GPU
env.logLevel = 'error';

/**
 * Undefined: ONNX Runtime makes its own device, with every feature it likes. Where subgroups are narrower than 8 (SwiftShader: 4) it gets one
 * without subgroups: some of its kernels are wrong on such subgroups, without an error (1.30.0).
 */
let given: Promise<GPUDevice | undefined> | undefined;
async function chooseDevice(): Promise<GPUDevice | undefined> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  const { subgroupMinSize } = adapter?.info ?? {};
  return subgroupMinSize !== undefined && subgroupMinSize < 8 ? (await openDevice()).device : undefined;
}

function upload(device: GPUDevice, data: Float32Array<ArrayBuffer>): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label: 'ort', size: data.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

async function download(device: GPUDevice, source: GPUBuffer): Promise<Float32Array> {
  const { size } = source;
  const staging = device.createBuffer({ label: 'ort', size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const commands = device.createCommandEncoder();
  commands.copyBufferToBuffer(source, 0, staging, 0, size);
  device.queue.submit([commands.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return data;
}

export const ort: Multiplier = {
  name: 'ONNX Runtime Web',
  async prepare({ m, k, n, a, b }) {
    given ??= chooseDevice();
    const own = await given;
    const session = await InferenceSession.create(matmulModel(m, k, n), {
      executionProviders: [{ name: 'webgpu', ...(own && { device: own }) }], // env.webgpu.device is ignored by this build
      preferredOutputLocation: 'gpu-buffer',
      logSeverityLevel: 3,
    });
    const device = own ?? ((await env.webgpu.device) as GPUDevice); // its own exists once a session does
    const buffers = [a, b, new Float32Array(m * n)].map((data) => upload(device, data));
    const shapes = { A: [m, k], B: [k, n], C: [m, n] };
    const [A, B, C] = Object.values(shapes).map((dims, i) =>
      Tensor.fromGpuBuffer(buffers[i]!, { dataType: 'float32', dims }),
    );
    return {
      async run(times) {
        for (let i = 0; i < times; i++) await session.run({ A: A!, B: B! }, { C: C! });
        await device.queue.onSubmittedWorkDone(); // `run` resolves when the work is submitted
      },
      read: () => download(device, buffers[2]!),
      async free() {
        await session.release();
        for (const buffer of buffers) buffer.destroy();
      },
    };
  },
};
