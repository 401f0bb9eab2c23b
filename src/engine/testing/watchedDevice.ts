// A GPU device for tests that counts the buffers alive on it, however they were made. The engines of a test share it: making one takes longer than
// most tests, so `dispose` of the engine's device does nothing.

import { type GpuDevice, openDevice } from '../../gpu/device';
import { nodeGpu } from '../../gpu/nodeGpu';
import { createWebGpuBackend, type WebGpuBackend } from '../backends/webgpu';
import type { OpenedDevice } from '../environment';

export interface WatchedDevice {
  readonly gpu: GpuDevice;
  readonly backend: WebGpuBackend;
  /** As an engine opens it. */
  readonly opened: OpenedDevice;
  /** All buffers that were created and not destroyed. */
  buffers(): { readonly count: number; readonly bytes: number };
}

/** `limits`: the adapter's, or the least that WebGPU promises. */
export async function openWatchedDevice(limits: 'adapter' | 'default' = 'adapter'): Promise<WatchedDevice> {
  const gpu = await openDevice(await nodeGpu(), limits);
  const alive = new Set<GPUBuffer>();
  const { device } = gpu;
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    alive.add(buffer);
    buffer.destroy = () => {
      alive.delete(buffer);
      destroy();
    };
    return buffer;
  };
  const backend = await createWebGpuBackend(gpu);
  return {
    gpu,
    backend,
    opened: {
      backend,
      info: { kind: 'webgpu', name: gpu.adapterName, maxBindingBytes: backend.maxArrayBytes, fallback: null },
      lost: new Promise(() => {}),
      dispose() {},
    },
    buffers: () => ({ count: alive.size, bytes: [...alive].reduce((sum, { size }) => sum + size, 0) }),
  };
}
