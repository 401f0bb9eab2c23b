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

type Tiles = Readonly<Record<TileName, unknown>>;

function tiledVariants(
  prefix: string,
  tiled: Readonly<Record<string, Tiles & { readonly quads: { readonly tiles: Tiles } | null }>>,
) {
  const ofTiles = (loads: string, { shared, direct, square, flat }: Tiles) =>
    Object.entries({ shared, direct, square, flat }).map(
      ([tile, kernel]) => [`${prefix}${tile}${loads}`, kernel as Kernel] as const,
    );
  return Object.values(tiled).flatMap((kernel) => [
    ...ofTiles('', kernel),
    ...(kernel.quads ? ofTiles(' in quads', kernel.quads.tiles) : []),
  ]);
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
