// Both backends against the contract: the GPU against the float64 reference, case by case, and each against identities that need no other.
// No adapter is a failure. A failing test prints the case and its seed.

import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../gpu/device';
import { nodeGpu } from '../../gpu/nodeGpu';
import type { Backend } from '../../program/backend';
import { relativeError } from '../../tensor/compare';
import { attentionCases } from './conformance/attentionCases';
import { freezingCases } from './conformance/freezingCases';
import { gradientCases } from './conformance/gradientCases';
import { linearPairs } from './conformance/identities';
import { largeCases } from './conformance/largeCases';
import { linearCases } from './conformance/linearCases';
import { createMaker } from './conformance/maker';
import { inner, type ReadBack, readBack } from './conformance/read';
import { sourceCases } from './conformance/sourceCases';
import { staggeredCases } from './conformance/staggeredCases';
import type { Case } from './conformance/table';
import { createReferenceBackend } from './reference';
import { createWebGpuBackend } from './webgpu';

/** Sums of up to a few hundred terms, taken in the two orders; measured against the magnitudes, so that cancellation does not count. */
const TOLERANCE = { reference: 1e-14, webgpu: 1e-6 } as const;
const KINDS = ['reference', 'webgpu'] as const;
const backends: Partial<Record<(typeof KINDS)[number], Backend>> = { reference: createReferenceBackend() };

beforeAll(async () => {
  backends.webgpu = await createWebGpuBackend(await openDevice(await nodeGpu()));
});

/** Buffers that come back from a pool hold NaN, so that a kernel that leaves a number unwritten, or reads one too many, is seen. */
function poison(backend: Backend, sizes: readonly number[]): void {
  const arrays = sizes.flatMap((size) =>
    Array.from({ length: 3 }, () => backend.upload(new Float32Array(size).fill(Number.NaN), [size], 'poison')),
  );
  for (const array of arrays) backend.free(array);
}

async function compute(kind: (typeof KINDS)[number], { seed, compute: run }: Case): Promise<ReadBack[]> {
  const backend = backends[kind]!;
  const make = createMaker(backend, seed);
  const results = await run(make);
  return Promise.all(results.map((result) => readBack(backend, result)));
}

/** Compares the GPU's results with the reference's, and returns the GPU's. */
async function compare(item: Case): Promise<ReadBack[]> {
  const expected = await compute('reference', item);
  poison(
    backends.webgpu!,
    expected.map(({ values }) => values.length),
  );
  const actual = await compute('webgpu', item);
  const frames = (results: readonly ReadBack[]) => results.map(({ window, shape }) => ({ window, shape }));
  expect(frames(actual)).toEqual(frames(expected));
  for (const [k, { values }] of actual.entries()) {
    const error = relativeError(values, expected[k]!.values);
    const label = `${item.name}, seed ${item.seed}, result ${k}; allowed: ${item.reason}`;
    expect(error, label).toBeLessThanOrEqual(item.tolerance);
  }
  return actual;
}

describe('the GPU computes what the reference computes', () => {
  test.each([...linearCases, ...attentionCases, ...freezingCases, ...gradientCases, ...sourceCases, ...staggeredCases])(
    '$name (seed $seed), and the same bits again',
    async (item) => {
      const first = await compare(item);
      const again = await compute('webgpu', item);
      for (const [k, { values }] of again.entries()) expect(values).toEqual(first[k]!.values); // toEqual tells −0 from 0
    },
  );
  test.each(largeCases)('$name (seed $seed)', async (item) => {
    await compare(item);
  });
});

describe.each(KINDS)('identities of the %s backend', (kind) => {
  test.each(linearPairs)('⟨c, P z⟩ = ⟨P* c, z⟩: $name (seed $seed)', async ({ name, seed, z, c, operators }) => {
    const backend = backends[kind]!;
    const make = createMaker(backend, seed);
    const { apply, adjoint } = await operators(make);
    const [argument, cotangent] = [make.signal(z), make.signal(c)];
    const read = (signal: typeof argument) => readBack(backend, signal);
    const pushed = inner(await read(cotangent), await read(apply(argument)));
    const pulled = inner(await read(adjoint(cotangent)), await read(argument));
    expect(Math.abs(pushed.sum - pulled.sum), `${name}, seed ${seed}`).toBeLessThanOrEqual(
      TOLERANCE[kind] * (pushed.magnitude + pulled.magnitude),
    );
  });

  test.each(['layer', 'rms'] as const)(
    'completeness: %s norm of the parts plus the bias is the norm of the sum',
    async (normKind) => {
      const backend = backends[kind]!;
      const make = createMaker(backend, 71);
      const parts = make.signal([0, 5, 7, 33]);
      const sum = backend.sumColumns(parts);
      const bias = make.array([33]);
      const gain = make.array([33]);
      const { inverseSigma } = backend.normalise(sum, { kind: normKind, eps: 1e-3, gain, bias: null });
      const frozen = { kind: normKind, gain, inverseSigma };
      const whole = await readBack(backend, backend.norm(sum, frozen, bias));
      const pushed = await readBack(backend, backend.sumColumns(backend.norm(parts, frozen, null)));
      const biasValues = await backend.read(bias);
      const completed = pushed.values.map((value, k) => value + biasValues[k % 33]!);
      expect(relativeError(completed, whole.values)).toBeLessThanOrEqual(TOLERANCE[kind] * 10); // a sum of 7 parts, each rounded
    },
  );

  test('causal zeros are exact: masked attention, and contributions before their source', async () => {
    const backend = backends[kind]!;
    const make = createMaker(backend, 72);
    const shape = make.heads(4, 2, 5, true);
    const pattern = backend.pattern(make.signal([0, 9, 1, 20]), make.signal([0, 9, 1, 10]), shape, null);
    const { values } = await readBack(backend, pattern);
    expect(values.filter((value, k) => k % 9 > Math.floor(k / 9) % 9 && value !== 0)).toHaveLength(0);
    expect(values.filter((value, k) => k % 9 <= Math.floor(k / 9) % 9 && !(value > 0))).toHaveLength(0);
    const mixed = await readBack(
      backend,
      backend.mix(pattern, backend.diagonal(make.signal([0, 9, 1, 10]), 2, 5, true), shape),
    );
    expect(mixed.window).toMatchObject({ firstToken: 2, tokens: 7, columns: 5, channels: 20 });
    for (const [k, value] of mixed.values.entries()) {
      const token = 2 + Math.floor(k / (5 * 20));
      const source = 2 + (Math.floor(k / 20) % 5);
      if (token < source) expect(value).toBe(0);
      else expect(value).not.toBe(0);
    }
  });

  test('rows of a pattern sum to 1', async () => {
    const backend = backends[kind]!;
    const make = createMaker(backend, 73);
    const { values } = await readBack(
      backend,
      backend.pattern(make.signal([0, 67, 1, 8], 3), make.signal([0, 67, 1, 4], 3), make.heads(2, 1, 4, true), null),
    );
    for (let row = 0; row < values.length; row += 67) {
      expect(Math.abs(values.subarray(row, row + 67).reduce((sum, value) => sum + value, 0) - 1)).toBeLessThanOrEqual(
        TOLERANCE[kind],
      );
    }
  });

  test.each([true, false])('a window is zero outside: the same as the padded signal (causal %s)', async (causal) => {
    const backend = backends[kind]!;
    const make = createMaker(backend, 74);
    const shape = make.heads(4, 2, 3, causal);
    const pattern = make.pattern(shape, 8);
    const late = make.signal([3, 4, 2, 6]);
    const padded = backend.add(late, make.givenSignal([0, 8, 2, 6], new Array(96).fill(0)));
    const early = make.signal([1, 3, 2, 12]);
    const paddedEarly = backend.add(early, make.givenSignal([0, 8, 2, 12], new Array(192).fill(0)));
    expect(padded).toMatchObject({ firstToken: 0, tokens: 8 });
    const pairs = [
      [backend.mix(pattern, late, shape), backend.mix(pattern, padded, shape)],
      [backend.mixAdjoint(pattern, early, shape), backend.mixAdjoint(pattern, paddedEarly, shape)],
    ] as const;
    for (const [windowed, full] of pairs) {
      const [w, f] = [await readBack(backend, windowed), await readBack(backend, full)];
      const width = w.window!.columns * w.window!.channels;
      const inside = f.values.subarray(w.window!.firstToken * width, (w.window!.firstToken + w.window!.tokens) * width);
      expect(relativeError(w.values, inside)).toBeLessThanOrEqual(TOLERANCE[kind]);
      expect(
        f.values.filter(
          (value, k) =>
            value !== 0 && (k < w.window!.firstToken * width || k >= w.window!.firstToken * width + inside.length),
        ),
      ).toHaveLength(0);
    }
  });

  test('an array may be freed right after the call that reads it', async () => {
    const backend = backends[kind]!;
    const make = createMaker(backend, 75);
    const x = make.signal([0, 4, 3, 65]);
    const expected = await readBack(backend, backend.sumColumns(x));
    const sum = backend.sumColumns(x);
    backend.free(x.data);
    poison(backend, [4 * 3 * 65]);
    expect((await readBack(backend, sum)).values).toEqual(expected.values);
  });

  test('freeing twice, and using after free, are errors', () => {
    const backend = backends[kind]!;
    const x = createMaker(backend, 76).signal([0, 1, 1, 3]);
    backend.free(x.data);
    expect(() => backend.free(x.data)).toThrow();
    expect(() => backend.sumColumns(x)).toThrow();
  });
});
