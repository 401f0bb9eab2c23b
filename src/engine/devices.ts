// Opens the device that a choice asks for: WebGPU through the given `GPU`, or the float64 reference on the CPU.

import { type GpuDevice, openDevice } from '../gpu/device';
import type { CreateProfile } from '../gpu/profile';
import { usualChoice } from '../kernels/choice';
import type { WeightStorage } from '../program/backend';
import { UserError } from '../tensor/errors';
import { createReferenceBackend } from './backends/reference';
import { createWebGpuBackend } from './backends/webgpu';
import { tuneKernels } from './backends/webgpuTuning';
import type { OpenedDevice } from './environment';
import type { KernelChoices } from './kernelChoices';
import type { DeviceChoice } from './protocol';

export interface DeviceOptions {
  readonly choices?: KernelChoices | null;
  readonly createProfile?: CreateProfile;
}

/**
 * `findGpu`: the platform's entry to WebGPU; undefined where there is none. `weights`: how a GPU stores matrices. `choices`: where it is remembered
 * which kernels an adapter runs fastest; left out: the usual ones run. `createProfile`: the device's work is profiled.
 */
export async function openBackend(
  choice: DeviceChoice,
  findGpu: () => Promise<GPU | undefined>,
  weights: WeightStorage = 'f32',
  { choices = null, createProfile }: DeviceOptions = {},
): Promise<OpenedDevice> {
  if (choice === 'reference') return referenceDevice(null);
  try {
    return await webGpuDevice(await openDevice(await findGpu()), weights, choices, createProfile);
  } catch (error) {
    const missing = error instanceof UserError && error.code === 'no-webgpu';
    if (choice === 'webgpu' || !missing) throw error;
    return referenceDevice(error.message);
  }
}

/** Software adapters differ little, and compiling takes them longer than a measurement could gain: they are not tuned. */
export async function webGpuDevice(
  opened: GpuDevice,
  weights: WeightStorage,
  choices: KernelChoices | null,
  createProfile?: CreateProfile,
): Promise<OpenedDevice> {
  const usual = usualChoice(opened.software);
  const key = `${opened.adapterName} ${weights}`;
  const known = opened.software ? null : choices;
  const kernels = (await known?.of(key)) ?? usual;
  const backend = await createWebGpuBackend(opened, { weights, kernels, createProfile });
  const tune = async (signal: AbortSignal) => known!.remember(key, await tuneKernels(opened, weights, usual, signal));
  return {
    backend,
    ...(known && !known.isKnown(key) ? { tune } : {}),
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
