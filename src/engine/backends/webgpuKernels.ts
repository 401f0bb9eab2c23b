// Every pipeline that the GPU backend uses, compiled up front and in parallel.

import { type CompiledKernel, compileKernel } from '../../gpu/compile';
import type { GpuDevice } from '../../gpu/device';
import type { Kernel, ParamTypes, ParamValues } from '../../gpu/kernel';
import {
  gradientKernels,
  plainKernels,
  plainWeightKernels,
  rowKernels,
  tiledKernels,
  tiledWeightKernels,
} from '../../kernels';
import type { KernelChoice } from '../../kernels/choice';
import { type RowKernel, rowVariant } from '../../kernels/rowKernel';
import {
  chooseTile,
  type ProductSize,
  type TiledKernel,
  type TileName,
  type TilesAtHand,
  tilesAtHand,
} from '../../kernels/tiles';
import type { WeightStorage } from '../../program/backend';

type Plain = typeof plainKernels & (typeof plainWeightKernels)['f32'];
type Rows = typeof rowKernels;
type Tiled = typeof tiledKernels & (typeof tiledWeightKernels)['f32'];
type Compiled<K> = K extends Kernel<infer P, infer R, infer W> ? CompiledKernel<P, R, W> : never;
type CompiledRows<K> = K extends RowKernel<infer P, infer R, infer W> ? CompiledKernel<P, R, W> : never;
type CompiledTiled<K> = K extends TiledKernel<infer P, infer R, infer W> ? ForProduct<P, R, W> : never;

/** The compiled kernel whose tile suits the product, or the whole product that this is a part of. */
export type ForProduct<P extends ParamTypes, R extends string, W extends string> = (
  params: ParamValues<P>,
  whole?: ParamValues<P>,
) => CompiledKernel<P, R, W>;

export type CompiledKernels = { readonly [Name in keyof Plain]: Compiled<Plain[Name]> } & {
  readonly [Name in keyof Rows]: CompiledRows<Rows[Name]>;
} & {
  readonly [Name in keyof Tiled]: CompiledTiled<Tiled[Name]>;
};

type Gradient = typeof gradientKernels;

export type CompiledGradientKernels = {
  readonly [Name in keyof Gradient['plain']]: Compiled<Gradient['plain'][Name]>;
} & {
  readonly [Name in keyof Gradient['rows']]: CompiledRows<Gradient['rows'][Name]>;
} & {
  readonly [Name in keyof Gradient['tiled']]: CompiledTiled<Gradient['tiled'][Name]>;
};

/** `storage`: how weight matrices are stored. */
export async function compileKernels(
  gpu: GpuDevice,
  storage: WeightStorage,
  choice: KernelChoice,
): Promise<CompiledKernels> {
  const all = await compileAll(gpu, choice, {
    plain: { ...plainKernels, ...plainWeightKernels[storage] },
    rows: rowKernels,
    tiled: { ...tiledKernels, ...tiledWeightKernels[storage] },
  });
  return all as unknown as CompiledKernels;
}

export async function compileGradientKernels(gpu: GpuDevice, choice: KernelChoice): Promise<CompiledGradientKernels> {
  return (await compileAll(gpu, choice, gradientKernels)) as unknown as CompiledGradientKernels;
}

interface KernelTable {
  readonly plain: Readonly<Record<string, unknown>>;
  readonly rows: Readonly<Record<string, unknown>>;
  readonly tiled: Readonly<Record<string, unknown>>;
}

async function compileAll(
  gpu: GpuDevice,
  choice: KernelChoice,
  table: KernelTable,
): Promise<Readonly<Record<string, unknown>>> {
  const plain = Object.entries(table.plain).map(
    async ([name, kernel]) => [name, await compileOnce(gpu.device, kernel as Kernel)] as const,
  );
  const rows = Object.entries(table.rows).map(
    async ([name, kernel]) =>
      [name, await compileRows(gpu, choice, kernel as RowKernel<ParamTypes, string, string>)] as const,
  );
  const tiled = Object.entries(table.tiled).map(
    async ([name, kernel]) =>
      [name, await compileTiled(gpu, choice, kernel as TiledKernel<ParamTypes, string, string>)] as const,
  );
  return Object.fromEntries(await Promise.all([...plain, ...rows, ...tiled]));
}

function compileRows(
  { device, subgroupLanes }: GpuDevice,
  { rows }: KernelChoice,
  kernel: RowKernel<ParamTypes, string, string>,
): Promise<CompiledKernel> {
  return compileOnce(device, rowVariant(kernel, rows, subgroupLanes));
}

async function compileTiled<P extends ParamTypes, R extends string, W extends string>(
  { device, software }: GpuDevice,
  choice: KernelChoice,
  kernel: TiledKernel<P, R, W>,
): Promise<ForProduct<P, R, W>> {
  const quads = choice.loads === 'quads' ? kernel.quads : null;
  const compile = async (tiles: Readonly<Record<TileName, Kernel<P, R, W>>>, atHand: TilesAtHand) => {
    const compiled = new Map(
      await Promise.all(atHand.names.map(async (name) => [name, await compileOnce(device, tiles[name])] as const)),
    );
    return (size: ProductSize) => compiled.get(chooseTile(size, atHand))!;
  };
  const [inWords, inQuads] = await Promise.all([
    compile(kernel, tilesAtHand(software, choice, kernel, quads !== null)),
    quads && compile(quads.tiles, tilesAtHand(software, choice, kernel)),
  ]);
  return (params, whole = params) => (inQuads && quads?.fit(params) ? inQuads : inWords)(kernel.productSize(whole));
}

const compiledOn = new WeakMap<GPUDevice, Map<object, Promise<unknown>>>();

/** Backends of one device share its pipelines. */
export function compileOnce<P extends ParamTypes, R extends string, W extends string>(
  device: GPUDevice,
  kernel: Kernel<P, R, W>,
): Promise<CompiledKernel<P, R, W>> {
  const known = compiledOn.get(device) ?? new Map<object, Promise<unknown>>();
  compiledOn.set(device, known);
  const compiled = known.get(kernel) ?? compileKernel(device, kernel);
  known.set(kernel, compiled);
  return compiled as Promise<CompiledKernel<P, R, W>>;
}
