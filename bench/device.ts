// The device that our side of every bench runs on.

import { createWebGpuBackend, type WebGpuBackend } from '../src/engine/backends/webgpu';
import { openDevice } from '../src/gpu/device';

export interface OurDevice {
  readonly name: string;
  readonly backend: WebGpuBackend;
}

/** `api`: the browser's WebGPU, or Node's. */
export async function openOurDevice(api: GPU): Promise<OurDevice> {
  const gpu = await openDevice(api);
  return { name: gpu.adapterName, backend: await createWebGpuBackend(gpu) };
}
