// The GPU device: the adapter's own limits instead of the defaults, and every error that WebGPU reports on the side, in plain words.

import { UserError } from '../tensor/errors';

/** The smallest size of a device's subgroups, which is a power of two from 4 on, or 16 where they are larger. */
export type SubgroupLanes = 4 | 8 | 16;

export interface GpuDevice {
  readonly device: GPUDevice;
  /** What the adapter calls itself, for the status line and for reports. */
  readonly adapterName: string;
  /** True when the work runs on the CPU: right, but slow. */
  readonly software: boolean;
  /** Lanes that can share a row within a subgroup, whatever size the device gives its subgroups; null: it has none, or none that count them. */
  readonly subgroupLanes: SubgroupLanes | null;
  /** Resolves when the device is lost, except through this `destroy`. */
  readonly lost: Promise<UserError>;
  /** Throws what WebGPU has reported since the last call, if anything. */
  throwIfFailed(): void;
  destroy(): void;
}

const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** The adapter's own limits where WebGPU's default ones could bind. */
export function limitsOf({ limits }: GPUAdapter): Record<string, number> {
  return Object.fromEntries(raisedLimits.map((name) => [name, limits[name]]));
}

/** Opens a device: the browser's WebGPU, or the one given (Node: gpu/nodeGpu). `limits`: the adapter's, or for tests the least that WebGPU promises. */
export async function openDevice(
  gpu: GPU | undefined = globalThis.navigator?.gpu,
  limits: 'adapter' | 'default' = 'adapter',
): Promise<GpuDevice> {
  if (!gpu) {
    throw new UserError(
      'no-webgpu',
      'This browser has no WebGPU. Use a recent Chrome, Edge, Safari or Firefox, and a secure (https) page.',
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new UserError(
      'no-webgpu',
      'WebGPU found no graphics adapter. Update the graphics driver, or allow hardware acceleration in the browser.',
    );
  }
  const lanes = limits === 'default' ? null : subgroupLanesOf(gpu, adapter);
  const wanted: readonly GPUFeatureName[] = lanes === null ? ['timestamp-query'] : ['timestamp-query', 'subgroups'];
  const device = await adapter.requestDevice({
    label: 'tensorscope',
    requiredLimits: limits === 'default' ? {} : limitsOf(adapter),
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
  });
  return watch(device, adapter.info, lanes);
}

/** What the row kernels need of subgroups (shaders/lib/rowsBySubgroups.wgsl): shuffles, and which subgroup of its workgroup a thread is in. */
function subgroupLanesOf(gpu: GPU, { features, info }: GPUAdapter): SubgroupLanes | null {
  if (!features.has('subgroups') || !gpu.wgslLanguageFeatures?.has('subgroup_id')) return null;
  const smallest = info.subgroupMinSize ?? 4;
  return smallest >= 16 ? 16 : smallest >= 8 ? 8 : 4;
}

function watch(device: GPUDevice, info: GPUAdapterInfo, subgroupLanes: SubgroupLanes | null): GpuDevice {
  let failure: UserError | null = null;
  let closed = false;
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault(); // it is thrown by the next read instead of being printed
    failure ??= describeError((event as GPUUncapturedErrorEvent).error);
  });
  const lost = device.lost.then(({ message }) => {
    const why = message ? ` (${message})` : '';
    const error = new UserError(
      'device-lost',
      `The graphics device was lost${why}. Reload the page, or use a smaller model or prompt.`,
    );
    if (closed) return new Promise<never>(() => {});
    failure = error;
    return error;
  });
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unnamed adapter';
  return {
    device,
    adapterName: name,
    subgroupLanes,
    software: info.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(name),
    lost,
    throwIfFailed() {
      const error = failure;
      if (error?.code !== 'device-lost') failure = null; // a lost device stays lost
      if (error) throw error;
    },
    destroy() {
      closed = true;
      device.destroy();
    },
  };
}

function describeError(error: GPUError): UserError {
  if (error instanceof GPUOutOfMemoryError) {
    return new UserError(
      'out-of-memory',
      `The graphics device has no memory left. Use a smaller model or prompt. (${error.message})`,
    );
  }
  return new UserError('bad-request', `The graphics device refused a command. Please report this. (${error.message})`);
}
