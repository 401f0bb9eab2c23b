// Kernels that go over rows. On a GPU sixteen lanes share a row: neighbours read neighbouring words. On a software adapter one lane takes a whole
// row: barriers and idle lanes cost more there than anything they save. One shader gives all (shaders/lib/rows.wgsl, rowsBySubgroups.wgsl).

import grid from '../../shaders/lib/grid.wgsl?raw';
import rows from '../../shaders/lib/rows.wgsl?raw';
import rowsBySubgroups from '../../shaders/lib/rowsBySubgroups.wgsl?raw';
import type { SubgroupLanes } from '../gpu/device';
import type { Kernel, ParamTypes, ParamValues } from '../gpu/kernel';
import type { KernelChoice } from './choice';

export interface RowKernel<P extends ParamTypes, R extends string, W extends string> {
  /** Sixteen lanes a row, sums through workgroup memory. */
  readonly shared: Kernel<P, R, W>;
  /** One lane a row. */
  readonly single: Kernel<P, R, W>;
  /** So many lanes a row, sums within a subgroup. */
  readonly subgroups: Readonly<Record<SubgroupLanes, Kernel<P, R, W>>>;
}

interface RowSpec<P extends ParamTypes, R extends string, W extends string>
  extends Omit<Kernel<P, R, W>, 'threads' | 'workgroup'> {
  rows(params: ParamValues<P>): number;
}

const lanesOnGpu = 16;
const threads = 64;
/** Subgroups of every size that there is (4 to 128) are full in such a workgroup. */
const threadsInSubgroups = 128;

export function defineRowKernel<
  const P extends ParamTypes,
  const R extends string = never,
  const W extends string = never,
>({ rows: rowCount, ...spec }: RowSpec<P, R, W>): RowKernel<P, R, W> {
  const withLanes = (lanesPerRow: number, library = rows, workgroup = threads): Kernel<P, R, W> => ({
    ...spec,
    wgsl: [spec.wgsl, grid, library].join('\n'),
    constants: { ...spec.constants, lanesPerRow },
    workgroup,
    threads: (params) => rowCount(params) * lanesPerRow,
  });
  const bySubgroups = (lanesPerRow: SubgroupLanes): Kernel<P, R, W> => ({
    ...withLanes(lanesPerRow, rowsBySubgroups, threadsInSubgroups),
    usesSubgroups: true,
  });
  return {
    shared: withLanes(lanesOnGpu),
    single: withLanes(1),
    subgroups: { 4: bySubgroups(4), 8: bySubgroups(8), 16: bySubgroups(16) },
  };
}

/** The variant of a choice, or the usual one where the device has no subgroups (any more). */
export function rowVariant<P extends ParamTypes, R extends string, W extends string>(
  kernel: RowKernel<P, R, W>,
  choice: KernelChoice['rows'],
  subgroupLanes: SubgroupLanes | null,
): Kernel<P, R, W> {
  if (choice !== 'subgroups') return kernel[choice];
  return subgroupLanes === null ? kernel.shared : kernel.subgroups[subgroupLanes];
}
