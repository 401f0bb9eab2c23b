// How the engine behaves when things go wrong or change: cancelled calls, a newer run, a lost device, requests that cannot be met.

import { afterEach, describe, expect, it } from 'vitest';
import { openDevice } from '../gpu/device';
import { nodeGpu } from '../gpu/nodeGpu';
import { folderFiles } from '../models/folder';
import { createWebGpuBackend } from './backends/webgpu';
import { openBackend } from './devices';
import { Engine } from './engine';
import type { Progress, Target } from './protocol';
import { openFolder } from './testing/engines';

const model = 'public/models/tiny-world';
const scope = { range: [0, 4], gateRule: 'half' } as const;
const target: Target = { token: 3, class: null, direction: { kind: 'centred' } };

describe('requests that cannot be met are answered by a sentence', () => {
  const cases: [string, (engine: Engine) => Promise<unknown>, RegExp][] = [
    ['an empty prompt', (engine) => engine.run({ text: '  ' }), /prompt is empty/],
    [
      'a prompt beyond the context',
      (engine) => engine.run({ text: 'john '.repeat(70) }),
      /71 tokens, this model takes 64.*by 7/,
    ],
    ['ids outside the vocabulary', (engine) => engine.run({ ids: [5, 367] }), /no token 367: the vocabulary has 367/],
    ['no ids', (engine) => engine.run({ ids: [] }), /prompt is empty/],
    [
      'an empty range',
      (engine) => engine.map({ map: 'in', range: [2, 2], gateRule: 'half' }),
      /no block range 2 to 2.*4 blocks/,
    ],
    [
      'a range beyond the blocks',
      (engine) => engine.map({ map: 'out', range: [0, 5], gateRule: 'half' }),
      /no block range 0 to 5/,
    ],
    [
      'a range that is not whole',
      (engine) => engine.row({ targets: [target], range: [0.5, 2], gateRule: 'half' }),
      /no block range/,
    ],
    [
      'a token beyond the prompt',
      (engine) => engine.slice({ ...scope, token: 99, target: null }),
      /no output token 99.*5 tokens/,
    ],
    [
      'a source beyond the prompt',
      (engine) => engine.pair({ ...scope, token: 1, source: -1, directions: 2 }),
      /no input token -1/,
    ],
    [
      'a head that does not exist',
      (engine) => engine.map({ map: 'attention', layer: 0, head: 4 }),
      /no head 4.*heads 0 to 3/,
    ],
    [
      'a block that does not exist',
      (engine) => engine.map({ map: 'attention', layer: 4, head: null }),
      /no block 4.*0 to 3/,
    ],
    ['no target', (engine) => engine.row({ ...scope, targets: [] }), /1 to 64 targets/],
    [
      'a class contrasted with itself',
      (engine) =>
        engine.row({ ...scope, targets: [{ token: 1, class: 7, direction: { kind: 'contrast', rivals: [7] } }] }),
      /contrasted with itself/,
    ],
  ];

  it.each(cases)('%s', async (_name, ask, sentence) => {
    const { engine } = await openFolder(model, 'reference');
    await engine.run({ text: 'john lives in the' });
    await expect(ask(engine)).rejects.toThrow(sentence);
    // Nothing is lost: the run is still there and still answers.
    expect((await engine.row({ ...scope, targets: [target] })).contributions).toHaveLength(5);
  });

  it('a question before any run, and a call before any model', async () => {
    const { engine } = await openFolder(model, 'reference');
    await expect(engine.map({ map: 'in', ...scope })).rejects.toThrow(/no run yet/);
    engine.dispose();
    await expect(engine.run({ text: 'john' })).rejects.toThrow(/No model is open/);
  });
});

describe.each(['reference', 'webgpu'] as const)('on the %s device', (device) => {
  const prompt = { text: 'when mary and john went to the shop , john gave a drink to' };

  it('a cancelled call rejects, reports progress before, and leaves nothing behind', async () => {
    const { engine } = await openFolder(model, device);
    await engine.run(prompt);
    const before = engine.memory().live;
    const abort = new AbortController();
    const seen: Progress[] = [];
    const call = engine.map(
      { map: 'norm', ...scope },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          seen.push(progress);
          abort.abort();
        },
      },
    );
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen[0]).toMatchObject({ name: 'norm map' });
    expect(seen[0]!.share).toBeGreaterThan(0);
    expect(seen[0]!.plan!.flops).toBeGreaterThan(1e9);
    expect(engine.memory().live).toBe(before);
  });

  it('a newer run cancels the questions about the one before', async () => {
    const { engine } = await openFolder(model, device);
    await engine.run(prompt);
    let started: () => void;
    const underWay = new Promise<void>((resolve) => {
      started = resolve;
    });
    const old = engine.map({ map: 'norm', ...scope }, { onProgress: () => started() });
    const rejected = expect(old).rejects.toMatchObject({ code: 'cancelled' });
    await underWay;
    const run = await engine.run({ text: 'john lives in' });
    await rejected;
    expect(run.tokens.map(({ piece }) => piece)).toEqual(['[BOS]', 'john', 'lives', 'in']);
    expect((await engine.map({ map: 'in', ...scope })).matrix.rows.length).toBe(4);
  });

  it('words outside the vocabulary are marked', async () => {
    const { engine } = await openFolder(model, device);
    const run = await engine.run({ text: 'john likes Paris' });
    expect(run.tokens.map(({ unknown }) => unknown)).toEqual([false, false, false, true]);
  });
});

describe('a device that is lost', () => {
  let destroy: () => void = () => {};
  afterEach(() => destroy());

  it('fails the calls with a sentence, tells listeners, and opening again recovers', async () => {
    const engine = new Engine({
      files: () => folderFiles(model),
      async device(choice) {
        if (choice === 'reference') return openBackend(choice, nodeGpu);
        const gpu = await openDevice(await nodeGpu());
        destroy = () => gpu.device.destroy();
        const info = { kind: 'webgpu', name: gpu.adapterName, maxBindingBytes: 1, fallback: null } as const;
        const lost = gpu.lost.then(({ message }) => message);
        return { backend: await createWebGpuBackend(gpu), info, lost, dispose: () => gpu.destroy() };
      },
    });
    const told: string[] = [];
    engine.onLost((reason) => told.push(reason));
    await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'webgpu' });
    await engine.run({ text: 'john lives in' });
    destroy();
    await expect(engine.map({ map: 'in', ...scope })).rejects.toMatchObject({ code: 'device-lost' });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/device was lost/);
    await expect(engine.run({ text: 'john' })).rejects.toThrow(/device was lost/);
    await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'reference' });
    expect((await engine.run({ text: 'john lives in' })).tokens).toHaveLength(4);
  });
});

describe('a computer without WebGPU', () => {
  it('runs the reference and says why, unless WebGPU was asked for', async () => {
    const files = () => folderFiles(model);
    const engine = new Engine({ files, device: (choice) => openBackend(choice, async () => undefined) });
    const info = await engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'auto' });
    expect(info.device).toMatchObject({ kind: 'reference', fallback: expect.stringMatching(/no WebGPU/) });
    const strict = engine.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'webgpu' });
    await expect(strict).rejects.toMatchObject({ code: 'no-webgpu' });
  });
});
