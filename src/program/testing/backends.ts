// The backends that a test runs on: the float64 reference and the GPU. No adapter is a failure, never a skip.

import { createReferenceBackend } from '../../engine/backends/reference';
import { createWebGpuBackend } from '../../engine/backends/webgpu';
import { openDevice } from '../../gpu/device';
import { nodeGpu } from '../../gpu/nodeGpu';
import type { Backend } from '../backend';

export interface BackendUnderTest {
  readonly kind: Backend['kind'];
  create(): Promise<Backend>;
  /** Relative error that rounding explains in one op: float64 sums of some hundred terms; float32 the same with a margin of 10. */
  readonly tolerance: number;
}

export const backendsUnderTest: readonly BackendUnderTest[] = [
  { kind: 'reference', create: async () => createReferenceBackend(), tolerance: 1e-12 },
  { kind: 'webgpu', create: createTestGpuBackend, tolerance: 1e-5 },
];

let shared: Promise<Backend> | undefined;

/** One device for all tests of a file: making one takes longer than most tests. */
function createTestGpuBackend(): Promise<Backend> {
  shared ??= nodeGpu().then(openDevice).then(createWebGpuBackend);
  return shared;
}
