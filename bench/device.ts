// The device that our side of every bench runs on.

import { createWebGpuBackend, type WebGpuBackend } from '../src/engine/backends/webgpu';
import { openDevice } from '../src/gpu/device';

export interface OurDevice {
  readonly name: string;
  readonly backend: WebGpuBackend;
}

export async function openOurDevice(): Promise<OurDevice> {
  const gpu = await openDevice();
  return { name: gpu.adapterName, backend: await createWebGpuBackend(gpu) };
}
