// For tests: kernels that share rows within subgroups, as they would run on a device whose subgroups have a given size. Shuffles go through workgroup
// memory, and neighbouring threads are in different subgroups: nothing may depend on which threads are together.

import type { Kernel, ParamTypes } from '../../gpu/kernel';
import type { RowKernel } from '../rowKernel';

const builtins = `  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) place: u32,
`;

const shuffle = `
override subgroupSize: u32;

var<workgroup> exchanged: array<f32, workgroupSize>; // [(subgroup, place)]

fn subgroupOf(lane: Lane) -> u32 { return lane.thread % (workgroupSize / subgroupSize); }
fn placeOf(lane: Lane) -> u32 { return lane.thread / (workgroupSize / subgroupSize); }

fn shuffled(lane: Lane, value: f32, mask: u32) -> f32 {
  let first = subgroupOf(lane) * subgroupSize;
  exchanged[first + placeOf(lane)] = value;
  workgroupBarrier();
  let other = exchanged[first + (placeOf(lane) ^ mask)];
  workgroupBarrier();
  return other;
}
`;

const emulated = new Map<string, Kernel>();

/** The variant for subgroups of `size`, which any device can run. */
export function inSubgroupsOf<P extends ParamTypes, R extends string, W extends string>(
  size: 4 | 8 | 16 | 32 | 64 | 128,
  { subgroups }: RowKernel<P, R, W>,
): Kernel<P, R, W> {
  const kernel = subgroups[size === 4 || size === 8 ? size : 16];
  const key = `${kernel.name} ${size}`;
  const known = emulated.get(key) ?? {
    ...(kernel as unknown as Kernel),
    wgsl: `${emulate(kernel.wgsl)}${shuffle}`,
    constants: { ...kernel.constants, subgroupSize: size },
    usesSubgroups: false,
  };
  emulated.set(key, known);
  return known as unknown as Kernel<P, R, W>;
}

function emulate(wgsl: string): string {
  const replacements = [
    [builtins, '  @builtin(local_invocation_index) thread: u32,\n'],
    ['lane.subgroup', 'subgroupOf(lane)'],
    ['lane.size', 'subgroupSize'],
    ['lane.place', 'placeOf(lane)'],
    ['subgroupShuffleXor(', 'shuffled(lane, '],
  ] as const;
  return replacements.reduce((text, [found, put]) => {
    if (!text.includes(found)) throw new Error(`lib/rowsBySubgroups.wgsl has no "${found}" (any more).`);
    return text.replaceAll(found, put);
  }, wgsl);
}
