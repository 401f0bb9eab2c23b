// The kernel contract: what is checked before anything runs, and by whom: the TypeScript compiler, the reflection, or the WGSL compiler.

import { describe, expect, it } from 'vitest';
import { sumSquares } from '../kernels/sumSquares';
import { runKernel, seeded, testDevice } from '../kernels/testing/device';
import { compileKernel, writeParams } from './compile';
import { contractErrors, defineKernel, gridFor, type Kernel } from './kernel';

const wgsl = `
struct Params { count: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override workgroupSize: u32;
@compute @workgroup_size(workgroupSize) fn twice(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  y[id.x] = params.scale * x[id.x];
}`;

const twice = defineKernel({
  name: 'twice',
  wgsl,
  params: { count: 'u32', scale: 'f32' },
  reads: ['x'],
  writes: ['y'],
  workgroup: 64,
  threads: ({ count }) => count,
});

const errorsOf = (change: Partial<Kernel>) => contractErrors({ ...(twice as unknown as Kernel), ...change });

describe('the contract between WGSL and TypeScript', () => {
  it('holds for a kernel that agrees', () => expect(contractErrors(twice as unknown as Kernel)).toEqual([]));

  it.each<[string, Partial<Kernel>, RegExp]>([
    ['another entry point', { name: 'thrice' }, /entry point is twice, not thrice/],
    [
      'a misspelt field',
      { params: { cuont: 'u32', scale: 'f32' } },
      /Params are { count: u32, scale: f32 } in WGSL, { cuont: u32/,
    ],
    ['another order', { params: { scale: 'f32', count: 'u32' } }, /in TypeScript/],
    ['another type', { params: { count: 'f32', scale: 'f32' } }, /in TypeScript/],
    ['a missing buffer', { reads: ['x', 'z'] }, /z should be at binding 2 and is at none/],
    ['an unknown buffer', { reads: [] }, /x is bound in WGSL and unknown to TypeScript/],
    ['another access', { reads: ['x', 'y'], writes: [] }, /y is storage in WGSL, read-only-storage in TypeScript/],
    ['an unused binding', { wgsl: wgsl.replace('x[id.x]', '1') }, /x is bound but the shader does not use it/],
    [
      'a fixed workgroup',
      { wgsl: wgsl.replace('override workgroupSize: u32;', 'const workgroupSize = 64u;') },
      /no `override/,
    ],
  ])('names %s', (_, change, sentence) => expect(errorsOf(change).join('\n')).toMatch(sentence));

  it('makes misspelt params and missing buffers compile errors', () => {
    const x = seeded(4, 1);
    const calls = [
      // @ts-expect-error: cuont is not a field
      () => runKernel(twice, { cuont: 4, scale: 2 }, { x }, { y: 4 }),
      // @ts-expect-error: scale is missing
      () => runKernel(twice, { count: 4 }, { x }, { y: 4 }),
      // @ts-expect-error: x is missing
      () => runKernel(twice, { count: 4, scale: 2 }, {}, { y: 4 }),
      // @ts-expect-error: z is no buffer of the kernel
      () => runKernel(twice, { count: 4, scale: 2 }, { x, z: x }, { y: 4 }),
    ];
    expect(calls).toHaveLength(4); // they need not run: the compiler checks them
  });
});

describe('compilation', () => {
  it('reports message, line, column and source line', async () => {
    const broken = { ...twice, wgsl: wgsl.replace('params.scale * x', 'params.scael * x') };
    await expect(compileKernel(testDevice.device, broken)).rejects.toThrow(
      /twice\.wgsl:9:\d+ .*scael[\s\S]*y\[id\.x\] = params\.scael/,
    );
  });

  it('refuses parameters that are not unsigned 32-bit numbers', () => {
    const fields = [{ name: 'count', type: 'u32', offset: 0 }] as const;
    const write = (count: number) =>
      writeParams(new DataView(new ArrayBuffer(16)), 0, { kernel: twice, fields }, { count, scale: 1 });
    for (const count of [-1, 0.5, 2 ** 32, Number.NaN]) expect(() => write(count)).toThrow(/count/);
    expect(() => write(2 ** 32 - 1)).not.toThrow();
  });
});

describe('the grid', () => {
  it('covers the threads, folded past 65,535 workgroups', () => {
    expect(gridFor(1, 64)).toEqual([1, 1]);
    expect(gridFor(65, 64)).toEqual([2, 1]);
    expect(gridFor(65_535 * 64, 64)).toEqual([65_535, 1]);
    const [x, y] = gridFor(65_535 * 64 + 1, 64);
    expect(y).toBe(2);
    expect(x * y).toBeGreaterThanOrEqual(65_536);
    expect(() => gridFor(0, 64)).toThrow(RangeError);
    expect(() => gridFor(2 ** 50, 64)).toThrow(RangeError);
  });

  it('reaches every row when it is folded', async () => {
    const rows = 65_537;
    const x = seeded(rows, 1);
    const { squares } = await runKernel(sumSquares.shared, { rows, channels: 1 }, { x }, { squares: rows });
    expect(squares).toEqual(x.map((value) => value * value));
  });
});
