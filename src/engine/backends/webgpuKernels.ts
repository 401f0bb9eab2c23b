// Every pipeline that the GPU backend uses, compiled up front and in parallel.

import { type CompiledKernel, compileKernel } from '../../gpu/compile';
import type { Kernel } from '../../gpu/kernel';
import { kernels } from '../../kernels';

const { matmul, ...plain } = kernels;

type Compiled<K> = K extends Kernel<infer P, infer R, infer W> ? CompiledKernel<P, R, W> : never;
type CompiledPlain = { readonly [Name in keyof typeof plain]: Compiled<(typeof plain)[Name]> };

export interface CompiledKernels extends CompiledPlain {
  readonly matmul: { readonly inOut: Compiled<typeof matmul>; readonly outIn: Compiled<typeof matmul> };
}

export async function compileKernels(device: GPUDevice): Promise<CompiledKernels> {
  const [inOut, outIn, entries] = await Promise.all([
    compileKernel(device, matmul, { transposed: 0 }),
    compileKernel(device, matmul, { transposed: 1 }),
    Promise.all(
      Object.entries(plain).map(async ([name, kernel]) => [
        name,
        await compileKernel(device, kernel as unknown as Kernel),
      ]),
    ),
  ]);
  return { ...(Object.fromEntries(entries) as CompiledPlain), matmul: { inOut, outIn } };
}
