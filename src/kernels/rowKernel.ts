// Kernels that go over rows. On a GPU sixteen lanes share a row: neighbours read neighbouring words. On a software adapter one lane takes a whole
// row: barriers and idle lanes cost more there than anything they save. One shader gives both (shaders/lib/rows.wgsl).

import grid from '../../shaders/lib/grid.wgsl?raw';
import rows from '../../shaders/lib/rows.wgsl?raw';
import type { Kernel, ParamTypes, ParamValues } from '../gpu/kernel';

export interface RowKernel<P extends ParamTypes, R extends string, W extends string> {
  readonly shared: Kernel<P, R, W>;
  readonly single: Kernel<P, R, W>;
}

interface RowSpec<P extends ParamTypes, R extends string, W extends string>
  extends Omit<Kernel<P, R, W>, 'threads' | 'workgroup'> {
  rows(params: ParamValues<P>): number;
}

const lanesOnGpu = 16;

export function defineRowKernel<
  const P extends ParamTypes,
  const R extends string = never,
  const W extends string = never,
>({ rows: rowCount, ...spec }: RowSpec<P, R, W>): RowKernel<P, R, W> {
  const withLanes = (lanesPerRow: number): Kernel<P, R, W> => ({
    ...spec,
    wgsl: [spec.wgsl, grid, rows].join('\n'),
    constants: { ...spec.constants, lanesPerRow },
    workgroup: 64,
    threads: (params) => rowCount(params) * lanesPerRow,
  });
  return { shared: withLanes(lanesOnGpu), single: withLanes(1) };
}
