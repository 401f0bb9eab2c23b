// The GPU backend as a whole: a reading's worth of calls against the float64 reference, repeatability, memory, errors. The primitives one by one
// are in conformance.gpu.test.ts, the kernels in src/kernels.

import { describe, expect, it } from 'vitest';
import { seeded, testDevice } from '../../kernels/testing/device';
import type { Backend, Signal } from '../../program/backend';
import { relativeError } from '../../tensor/compare';
import { createReferenceBackend } from './reference';
import { createWebGpuBackend } from './webgpu';

const backend = await createWebGpuBackend(testDevice);

const L = 11;
const heads = { heads: 4, kvHeads: 2, dHead: 6, causal: true };
const D = heads.heads * heads.dHead;

/** One attention block of contributions, windows included; every array is freed on the way. */
async function block(b: Backend): Promise<number[]> {
  const signal = (tokens: number, channels: number, seed: number): Signal => {
    const data = b.upload(seeded(tokens * channels, seed), [tokens, 1, channels], 'signal');
    return { firstToken: 0, tokens, columns: 1, channels, data };
  };
  const x = signal(L, D, 1);
  const q = signal(L, D, 2);
  const k = signal(L, heads.kvHeads * heads.dHead, 3);
  const weight = b.upload(seeded(D * heads.kvHeads * heads.dHead, 4), [D, heads.kvHeads * heads.dHead], 'weight');
  const gain = b.upload(seeded(D, 5), [D], 'gain');
  const { inverseSigma, value } = b.normalise(x, { kind: 'layer', eps: 1e-5, gain, bias: null });
  const pattern = b.pattern(q, k, { ...heads, scale: 0.4 }, null);
  const z = b.diagonal(x, 3, 4, true);
  const normed = b.norm(z, { kind: 'layer', gain, inverseSigma }, null);
  const values = b.linear(normed, weight, 'inOut', null);
  const mixed = b.mix(pattern, values, heads);
  const out = b.add(z, mixed);
  const squares = b.sumSquares(out);
  const result = Array.from(await b.read(squares));
  for (const s of [x, q, k, z, value, normed, values, mixed, out]) b.free(s.data);
  for (const a of [weight, gain, inverseSigma, pattern, squares]) b.free(a);
  return result;
}

describe('the GPU backend', () => {
  it('agrees with the float64 reference over a block', async () => {
    const error = relativeError(await block(backend), await block(createReferenceBackend()));
    expect(!(error <= 1e-5), `relative error ${error}`).toBe(false); // f32 through six primitives
  });

  it('gives the same bits for the same request, in buffers used before', async () => {
    const first = await block(backend);
    expect(await block(backend)).toEqual(first);
  });

  it('frees what it allocates', async () => {
    const before = backend.memory();
    for (let i = 0; i < 3; i++) await block(backend);
    const after = backend.memory();
    expect(after.live).toBe(before.live);
    expect(after.held).toBe(before.held); // everything came from the pool
  });

  it('counts the largest sum of live bytes since resetPeak', () => {
    backend.resetPeak();
    const { live } = backend.memory();
    const a = backend.zeros([100], 'a');
    const b = backend.zeros([50], 'b');
    backend.free(a);
    backend.free(b);
    expect(backend.memory()).toMatchObject({ live, peak: live + 600 });
  });

  it('uploads into a reused buffer only after recorded commands have read it', async () => {
    const x = (data: number): Signal => ({
      firstToken: 0,
      tokens: 1,
      columns: 1,
      channels: 3,
      data: backend.upload([data, data, data], [1, 1, 3], 'x'),
    });
    const first = x(2);
    const doubled = backend.add(first, first);
    backend.free(first.data);
    const second = x(7); // takes first's buffer
    expect(Array.from(await backend.read(doubled.data))).toEqual([4, 4, 4]);
    expect(Array.from(await backend.read(second.data))).toEqual([7, 7, 7]);
  });

  it('gives zeros in a buffer used before', async () => {
    backend.free(backend.upload(new Float32Array(77).fill(5), [77], 'fives'));
    const zeros = backend.zeros([77], 'zeros');
    expect(Array.from(await backend.read(zeros))).toEqual(new Array(77).fill(0));
    backend.free(zeros);
  });

  it('refuses an array above the device limit with the numbers', () => {
    expect(() => backend.zeros([2 ** 31], 'huge')).toThrow(/huge needs 8,589\.9 MB, and this graphics device allows/);
  });

  it('refuses arrays that were freed, and shapes that do not fit', () => {
    const a = backend.zeros([2, 1, 3], 'a');
    const x: Signal = { firstToken: 0, tokens: 2, columns: 1, channels: 3, data: a };
    const weight = backend.zeros([4, 5], 'weight');
    expect(() => backend.linear(x, weight, 'inOut', null)).toThrow(/\[4, 5\] \(inOut\) on 3 channels/);
    backend.free(a);
    backend.free(weight);
    expect(() => backend.sumSquares(x)).toThrow(/"a" \[2, 1, 3\] was freed/);
  });

  it('refuses an index past the table', () => {
    const table = backend.zeros([3, 2], 'table');
    expect(() => backend.gatherRows(table, backend.uploadIndices([0, 3], 'ids'))).toThrow(/index 3/);
  });
});
