// The measured choice of kernels: remembered and used, a damaged record passed over, the same within a session, and the same numbers whatever runs.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDevice } from '../gpu/device';
import { nodeGpu } from '../gpu/nodeGpu';
import { type KernelChoice, usualChoice } from '../kernels/choice';
import type { Backend } from '../program/backend';
import { relativeError } from '../tensor/compare';
import { randomArray, seededRandom } from '../tensor/random';
import { createReferenceBackend } from './backends/reference';
import { createWebGpuBackend, type WebGpuBackend } from './backends/webgpu';
import { tuneKernels } from './backends/webgpuTuning';
import { createRatesKeeper } from './deviceRates';
import { webGpuDevice } from './devices';
import { browserStore, type ChoiceStore, createKernelChoices } from './kernelChoices';

const gpu = await openDevice(await nodeGpu());
/** A software adapter is not tuned, so this one calls itself a card. */
const card = { ...gpu, software: false, destroy() {} };
const key = `${gpu.adapterName} f32`;
const usual = usualChoice(false);
const other: KernelChoice = { largeTile: 'direct', loads: 'quads', rows: 'single' };

function storeOf(entries: Record<string, unknown> = {}) {
  const records = new Map(Object.entries(entries));
  const store: ChoiceStore = {
    read: async (name) => records.get(name) ?? null,
    async write(name, value) {
      records.set(name, JSON.parse(JSON.stringify(value)));
    },
  };
  return { records, store };
}

const kernelsOf = ({ backend }: { readonly backend: Backend }) => (backend as WebGpuBackend).kernels;

describe('a choice of kernels', () => {
  it('that was remembered is used, and not measured again', async () => {
    const { store } = storeOf();
    await createKernelChoices(store).remember(key, other);
    const device = await webGpuDevice(card, 'f32', createKernelChoices(store));
    expect(kernelsOf(device)).toEqual(other);
    expect(device.tune).toBeUndefined();
    device.dispose();
  });

  it.each([
    ['nothing', null],
    ['text', 'shared'],
    ['an unknown variant', { version: 2, largeTile: 'round', loads: 'words', rows: 'single' }],
    ['half of a record', { version: 2, largeTile: 'direct' }],
    ['a record of other kernels', { version: 1, ...other }],
  ])('is the usual one where the store holds %s', async (_, value) => {
    const device = await webGpuDevice(card, 'f32', createKernelChoices(storeOf({ [key]: value }).store));
    expect(kernelsOf(device)).toEqual(usual);
    expect(device.tune).toBeDefined();
    device.dispose();
  });

  it('is measured for the next session; this one keeps its own', async () => {
    const { records, store } = storeOf();
    const session = createKernelChoices(store);
    const first = await webGpuDevice(card, 'f32', session);
    await first.tune!(new AbortController().signal);
    const found = records.get(key) as KernelChoice;
    expect(found).toEqual({
      version: 2,
      largeTile: expect.stringMatching(/^(shared|direct)$/),
      loads: expect.stringMatching(/^(words|quads)$/),
      rows: expect.stringMatching(/^(shared|single|subgroups)$/),
    });
    const second = await webGpuDevice(card, 'f32', session);
    expect(kernelsOf(second)).toEqual(usual);
    expect(second.tune).toBeUndefined();
    const later = await webGpuDevice(card, 'f32', createKernelChoices(store));
    expect({ version: 2, ...kernelsOf(later) }).toEqual(found);
    for (const device of [first, second, later]) device.dispose();
  });

  it('is not looked for on a software adapter', async () => {
    const { store } = storeOf({ [key]: { version: 2, ...usual } });
    const device = await webGpuDevice({ ...gpu, software: true, destroy() {} }, 'f32', createKernelChoices(store));
    expect(kernelsOf(device)).toEqual(usualChoice(true));
    expect(device.tune).toBeUndefined();
    device.dispose();
  });

  it('does not change the numbers beyond the order of sums', async () => {
    const compute = async (backend: Backend) => {
      const random = seededRandom(3);
      const array = (shape: readonly number[]) =>
        backend.upload(
          randomArray(
            shape.reduce((a, b) => a * b, 1),
            random,
          ),
          shape,
          'random',
        );
      const x = { firstToken: 0, tokens: 300, columns: 1, channels: 96, data: array([300, 1, 96]) };
      const norm = { kind: 'layer', eps: 1e-5, gain: array([96]), bias: array([96]) } as const;
      const y = backend.linear(backend.normalise(x, norm).value, array([96, 320]), 'inOut', array([320]));
      return [await backend.read(y.data), await backend.read(backend.sumSquares(y))];
    };
    const expected = await compute(createReferenceBackend());
    const choices: readonly KernelChoice[] = [
      { largeTile: 'shared', loads: 'words', rows: 'shared' },
      { largeTile: 'shared', loads: 'quads', rows: 'single' },
      { largeTile: 'direct', loads: 'words', rows: 'subgroups' },
      { largeTile: 'direct', loads: 'quads', rows: 'subgroups' },
    ];
    for (const kernels of choices) {
      const backend = await createWebGpuBackend(card, { kernels });
      for (const [at, found] of (await compute(backend)).entries()) {
        const error = relativeError(found, expected[at]!);
        expect(!(error <= 5e-6), `${Object.values(kernels)}: ${error}`).toBe(false); // sums of 96 and 320 terms
      }
      backend.dispose();
    }
  });
});

describe('the measurement', () => {
  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const measurement = tuneKernels(gpu, 'f32', usual, abort.signal);
    abort.abort();
    await expect(measurement).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('waits for a pause in which the rates are known, gives way to a question, and is tried again', async () => {
    const aborted: boolean[] = [];
    const tune = (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const at = aborted.push(false) - 1;
        signal.addEventListener('abort', () => {
          aborted[at] = true;
          reject(signal.reason);
        });
        if (at === 1) resolve();
      });
    const keeper = createRatesKeeper(createReferenceBackend(), 'a device to tune', tune);
    keeper.begin()();
    expect(aborted).toEqual([]);
    await expect.poll(() => aborted, { timeout: 20_000 }).toEqual([false]);
    expect(keeper.rates()).not.toBeNull();
    keeper.begin()();
    expect(aborted).toEqual([true]);
    await expect.poll(() => aborted, { timeout: 20_000 }).toEqual([true, false]);
    keeper.begin()();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(aborted).toEqual([true, false]);
    keeper.dispose();
  });
});

describe('the store of the browser', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** A cache that answers with what was put. */
  function stubCaches(put?: () => Promise<void>) {
    const kept = new Map<string, string>();
    const cache = {
      match: async (url: string) => (kept.has(url) ? new Response(kept.get(url)) : undefined),
      put: put ?? (async (url: string, response: Response) => void kept.set(url, await response.text())),
    };
    vi.stubGlobal('caches', { open: async () => cache });
    return kept;
  }

  it('keeps a record by its key', async () => {
    stubCaches();
    await createKernelChoices(browserStore()).remember('card one', other);
    const later = createKernelChoices(browserStore());
    expect(await later.of('card one')).toEqual(other);
    expect(await later.of('card two')).toBeNull();
  });

  it('passes over what is no record, too long for one, or refused', async () => {
    const kept = stubCaches();
    await createKernelChoices(browserStore()).remember(key, other);
    const [url] = kept.keys();
    for (const text of ['{', JSON.stringify({ version: 2, ...other, more: 'x'.repeat(1000) })]) {
      kept.set(url!, text);
      expect(await createKernelChoices(browserStore()).of(key)).toBeNull();
    }
    stubCaches(() => Promise.reject(new DOMException('full', 'QuotaExceededError')));
    await createKernelChoices(browserStore()).remember(key, other);
    vi.stubGlobal('caches', undefined);
    expect(await createKernelChoices(browserStore()).of(key)).toBeNull();
    await createKernelChoices(browserStore()).remember(key, other);
  });
});
