// Opens the device that a choice asks for: WebGPU through the given `GPU`, or the float64 reference on the CPU.

import { openDevice } from '../gpu/device';
import type { CreateProfile } from '../gpu/profile';
import type { WeightStorage } from '../program/backend';
import { UserError } from '../tensor/errors';
import { createReferenceBackend } from './backends/reference';
import { createWebGpuBackend } from './backends/webgpu';
import type { OpenedDevice } from './environment';
import type { DeviceChoice } from './protocol';

/** `findGpu`: the platform's entry to WebGPU; undefined where there is none. `weights`: how a GPU stores matrices. `createProfile`: its work is profiled. */
export async function openBackend(
  choice: DeviceChoice,
  findGpu: () => Promise<GPU | undefined>,
  weights: WeightStorage = 'f32',
  createProfile?: CreateProfile,
): Promise<OpenedDevice> {
  if (choice === 'reference') return referenceDevice(null);
  try {
    return await webGpuDevice(await findGpu(), weights, createProfile);
  } catch (error) {
    const missing = error instanceof UserError && error.code === 'no-webgpu';
    if (choice === 'webgpu' || !missing) throw error;
    return referenceDevice(error.message);
  }
}

async function webGpuDevice(
  gpu: GPU | undefined,
  weights: WeightStorage,
  createProfile: CreateProfile | undefined,
): Promise<OpenedDevice> {
  const opened = await openDevice(gpu);
  const backend = await createWebGpuBackend(opened, { weights, createProfile });
  return {
    backend,
    ...(backend.profile && { profile: backend.profile }),
    info: {
      kind: 'webgpu',
      name: opened.adapterName,
      maxBindingBytes: backend.maxArrayBytes,
      fallback: null,
    },
    lost: opened.lost.then((error) => error.message),
    dispose() {
      backend.dispose();
      opened.destroy();
    },
  };
}

function referenceDevice(fallback: string | null): OpenedDevice {
  return {
    backend: createReferenceBackend(),
    info: { kind: 'reference', name: 'float64 reference (CPU)', maxBindingBytes: null, fallback },
    lost: new Promise(() => {}),
    dispose() {},
  };
}
