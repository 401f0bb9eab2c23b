// What the reference backend adds to the definitions: lifetime, memory, shapes. Its numbers are checked in conformance.gpu.test.ts.

import { describe, expect, test } from 'vitest';
import type { Backend, Signal } from '../../program/backend';
import { createCountingBackend } from '../../program/countingBackend';
import { createReferenceBackend } from './reference';

function column(backend: Backend, tokens: number, channels: number): Signal {
  const numbers = Array.from({ length: tokens * channels }, (_, k) => k + 1);
  return { firstToken: 0, tokens, columns: 1, channels, data: backend.upload(numbers, [tokens, 1, channels], 'x') };
}

describe('reference backend', () => {
  test('read gives a copy in float64', async () => {
    const backend = createReferenceBackend();
    const array = backend.upload([0.1, 1e300], [2], 'numbers');
    const first = await backend.read(array);
    expect(first).toEqual(Float64Array.of(0.1, 1e300));
    first[0] = 7;
    expect((await backend.read(array))[0]).toBe(0.1);
  });

  test('upload copies: later changes of the source are not seen', async () => {
    const backend = createReferenceBackend();
    const source = Float64Array.of(1, 2);
    const array = backend.upload(source, [2], 'numbers');
    source[0] = 9;
    expect([...(await backend.read(array))]).toEqual([1, 2]);
  });

  test('counts live and peak bytes', () => {
    const backend = createReferenceBackend();
    const a = backend.zeros([2, 3], 'a');
    const b = backend.zeros([4], 'b');
    backend.free(a);
    expect(backend.memory()).toEqual({ live: 32, peak: 80 });
    backend.resetPeak();
    expect(backend.memory()).toEqual({ live: 32, peak: 32 });
    backend.free(b);
    expect(backend.memory().live).toBe(0);
  });

  test('freeing twice, using after free, and foreign arrays are errors that name the array', async () => {
    const backend = createReferenceBackend();
    const x = column(backend, 2, 3);
    backend.free(x.data);
    expect(() => backend.free(x.data)).toThrow('"x" [2, 1, 3] was freed');
    expect(() => backend.sumSquares(x)).toThrow('was freed');
    await expect(backend.read(x.data)).rejects.toThrow('was freed');
    expect(() => backend.free({ shape: [1] })).toThrow('another backend');
  });

  test('shapes that do not fit are refused in words', () => {
    const backend = createReferenceBackend();
    const x = column(backend, 2, 3);
    const matrix = backend.zeros([4, 5], 'weight');
    expect(() => backend.linear(x, matrix, 'inOut', null)).toThrow(
      'linear: shapes do not fit: weight [4, 5] (inOut) on 3 channels',
    );
    expect(() => backend.multiply(x, matrix, 1)).toThrow('multiply: coefficients');
    expect(() => backend.upload([1, 2, 3], [2], 'three')).toThrow('three: 3 numbers do not fill the shape [2]');
    expect(() => backend.diagonal(x, 1, 2, true)).toThrow('diagonal');
  });

  test('shapes and memory are those that the planner counts', () => {
    const results = [createReferenceBackend(), createCountingBackend(8)].map((backend) => {
      const x = column(backend, 4, 6);
      const heads = { heads: 3, kvHeads: 1, dHead: 2, scale: 1, causal: true };
      const k = column(backend, 4, 2);
      const pattern = backend.pattern(x, k, heads, null);
      const z = backend.diagonal(k, 1, 2, true);
      const mixed = backend.mix(pattern, z, heads);
      const pulled = backend.mixAdjoint(pattern, backend.unitVectors(2, 6, 1, 2), heads);
      const sum = backend.add(z, pulled);
      const { up } = backend.gate(x, x, 'silu');
      const signals = [z, mixed, pulled, sum, backend.sumColumns(mixed)].map(({ data, ...rest }) => ({
        ...rest,
        shape: data.shape,
      }));
      const arrays = [
        pattern,
        up,
        backend.dot(mixed, x),
        backend.sumSquares(mixed),
        backend.uploadIndices([1, 2], 'ids'),
      ];
      backend.free(pattern);
      return { signals, shapes: arrays.map(({ shape }) => shape), memory: backend.memory() };
    });
    expect(results[0]).toEqual(results[1]);
  });
});
