// Every shader has exactly one kernel module, and the two agree on names, layout and access.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractErrors, type Kernel } from '../gpu/kernel';
import { nodeGpu } from '../gpu/nodeGpu';
import { gradientKernels, plainKernels, plainWeightKernels, rowKernels, tiledKernels, tiledWeightKernels } from '.';
import type { TileName } from './tiles';

await nodeGpu(); // reflection needs WebGPU's global constants

const filesOf = (folder: string, ending: string) =>
  readdirSync(new URL(folder, import.meta.url))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.replace(ending, ''));

const storages = ['f32', 'f16'] as const;

const kernels = [
  ...[...Object.values(plainKernels), ...Object.values(gradientKernels.plain)].map(
    (kernel) => ['only', kernel as unknown as Kernel] as const,
  ),
  ...storages.map((storage) => [storage, plainWeightKernels[storage].gatherRows as unknown as Kernel] as const),
  ...[...Object.values(rowKernels), ...Object.values(gradientKernels.rows)].flatMap(({ shared, single, subgroups }) =>
    Object.entries({ shared, single, subgroups: subgroups[16] }).map(
      ([lanes, kernel]) => [lanes, kernel as unknown as Kernel] as const,
    ),
  ),
  ...tiledVariants('', { ...tiledKernels, ...gradientKernels.tiled }),
  ...storages.flatMap((storage) => tiledVariants(`${storage} `, tiledWeightKernels[storage])),
].map(([variant, kernel]) => ({ name: kernel.name, variant, kernel }));

function tiledVariants(prefix: string, tiled: Readonly<Record<string, Readonly<Record<TileName, unknown>>>>) {
  return Object.values(tiled).flatMap(({ shared, direct, square, flat }) =>
    Object.entries({ shared, direct, square, flat }).map(
      ([tile, kernel]) => [`${prefix}${tile}`, kernel as Kernel] as const,
    ),
  );
}

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
