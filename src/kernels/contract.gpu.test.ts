// Every shader has exactly one kernel module, and the two agree on names, layout and access.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractErrors, type Kernel } from '../gpu/kernel';
import { nodeGpu } from '../gpu/nodeGpu';
import { kernels } from '.';

await nodeGpu(); // reflection needs WebGPU's global constants

const shaders = readdirSync(new URL('../../shaders', import.meta.url))
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => file.replace('.wgsl', ''));

describe('kernels and shaders', () => {
  it('are the same set, one module a shader', () => {
    expect(Object.keys(kernels).sort()).toEqual(shaders.sort());
  });

  it.each(Object.entries(kernels))('%s agrees with its shader', (name, kernel) => {
    expect(kernel.name).toBe(name);
    expect(contractErrors(kernel as unknown as Kernel)).toEqual([]);
  });
});
