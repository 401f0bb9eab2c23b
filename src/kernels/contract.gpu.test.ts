// Every shader has exactly one kernel module, and the two agree on names, layout and access.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractErrors, type Kernel } from '../gpu/kernel';
import { nodeGpu } from '../gpu/nodeGpu';
import { plainKernels, rowKernels, tiledKernels } from '.';

await nodeGpu(); // reflection needs WebGPU's global constants

const filesOf = (folder: string, ending: string) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.replace(ending, ''));

const kernels = [
  ...Object.values(plainKernels).map((kernel) => ['only', kernel as unknown as Kernel] as const),
  ...Object.values(rowKernels).flatMap(({ shared, single }) =>
    Object.entries({ shared, single }).map(([lanes, kernel]) => [lanes, kernel as unknown as Kernel] as const),
  ),
  ...Object.values(tiledKernels).flatMap(({ shared, direct, square, flat }) =>
    Object.entries({ shared, direct, square, flat }).map(
      ([tile, kernel]) => [tile, kernel as unknown as Kernel] as const,
    ),
  ),
].map(([variant, kernel]) => ({ name: kernel.name, variant, kernel }));

describe('kernels and shaders', () => {
  it('are the same set, one module a shader', () => {
    const shaders = filesOf('../../shaders', '.wgsl');
    expect([...new Set(kernels.map(({ name }) => name))].sort()).toEqual(shaders.sort());
    expect(filesOf('.', '.ts')).toEqual(expect.arrayContaining(shaders));
  });

  it.each(kernels)('$name ($variant) agrees with its shader', ({ kernel }) => {
    expect(contractErrors(kernel)).toEqual([]);
  });
});
