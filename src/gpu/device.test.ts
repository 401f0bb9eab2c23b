// Which features a device is opened with, on adapters that say what they have.

import { describe, expect, it } from 'vitest';
import { openDevice } from './device';

interface Offered {
  readonly features: readonly GPUFeatureName[];
  readonly language?: readonly string[];
  readonly subgroupMinSize?: number;
}

function gpuOf({ features, language = [], subgroupMinSize }: Offered) {
  const asked: GPUDeviceDescriptor[] = [];
  const device = { addEventListener() {}, lost: new Promise(() => {}), destroy() {} };
  const adapter = {
    features: new Set(features),
    limits: {},
    info: { vendor: 'somebody', subgroupMinSize },
    async requestDevice(descriptor: GPUDeviceDescriptor) {
      asked.push(descriptor);
      return device;
    },
  };
  const gpu = { requestAdapter: async () => adapter, wgslLanguageFeatures: new Set(language) };
  return { gpu: gpu as unknown as GPU, asked };
}

describe('subgroups', () => {
  const features: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query'];
  const language = ['subgroup_id'];

  it.each([
    [4, 4],
    [8, 8],
    [16, 16],
    [32, 16],
    [128, 16],
    [undefined, 4], // not said: the least that there is
  ])('of at least %s give rows %d lanes', async (subgroupMinSize, lanes) => {
    const { gpu, asked } = gpuOf({ features, language, ...(subgroupMinSize && { subgroupMinSize }) });
    expect((await openDevice(gpu)).subgroupLanes).toBe(lanes);
    expect(asked[0]!.requiredFeatures).toEqual(['timestamp-query', 'subgroups']);
  });

  it.each([
    ['the adapter has none', { features: ['timestamp-query'], language }, 'adapter'],
    ['the browser does not count them', { features, language: [] }, 'adapter'],
    ['only what WebGPU promises is asked for', { features, language }, 'default'],
  ] as const)('are left alone where %s', async (_, offered, limits) => {
    const { gpu, asked } = gpuOf({ ...offered, subgroupMinSize: 32 });
    expect((await openDevice(gpu, limits)).subgroupLanes).toBeNull();
    expect(asked[0]!.requiredFeatures).toEqual(['timestamp-query']);
  });
});
