import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hubFiles, lookUpHub } from './hub';
import { storedHubModels } from './hubList';
import { loadModel } from './load';
import { type Answer, base, bytesOf, llamaOnHub, options, place, server, storage, textOf } from './testing/hubServer';

afterEach(() => vi.unstubAllGlobals());

describe('a whole model', () => {
  let hub: Awaited<ReturnType<typeof llamaOnHub>>;
  beforeEach(async () => {
    hub = await llamaOnHub();
  });

  test('is described before anything large is downloaded', async () => {
    storage();
    const fetched = server(hub.serve);
    const model = await lookUpHub(place);
    expect(model).toEqual({
      ...place,
      family: 'Llama',
      refusal: null,
      parameters: (await (await hub.load()).info()).parameters,
      bytes: hub.size(),
      begun: 0,
      stored: false,
      weights: 'f32',
      caution: null,
      footprint: {
        device: { f32: expect.any(Number), f16: expect.any(Number) },
        least: { f32: expect.any(Number), f16: expect.any(Number) },
        tab: expect.any(Number),
        tokens: 64,
      },
      newer: null,
      room: null,
      readsText: false,
    });
    const read = fetched.mock.calls
      .slice(0, 5)
      .map(([url, init]) => `${init?.method ?? 'GET'} ${url.slice(base.length)}`);
    expect(read).toEqual([
      'GET config.json',
      'HEAD model.safetensors',
      'GET model.safetensors', // its first bytes; this server sends no parts, and the body is not read
      'HEAD tokenizer.json',
      'HEAD tokenizer_config.json',
    ]);
  });

  test('in shards: sizes are summed; what is missing is told; a half-stored one is not complete', async () => {
    const { kept } = storage();
    server(hub.serve);
    const weights = hub.content.get('model.safetensors')!;
    hub.content.delete('model.safetensors');
    const index = { weight_map: { a: 'one.safetensors', b: 'two.safetensors', c: 'one.safetensors' } };
    hub.content.set('model.safetensors.index.json', bytesOf(JSON.stringify(index)));
    hub.content.set('one.safetensors', weights);
    expect((await lookUpHub(place)).refusal).toMatch(/lacks files that model\.safetensors\.index\.json names/);
    hub.content.set('two.safetensors', weights);
    const { bytes, refusal } = await lookUpHub(place);
    const needed = hub.content.get('config.json')!.byteLength + 2 * weights.byteLength;
    expect({ bytes, refusal }).toEqual({ bytes: needed, refusal: null });
    for (const file of ['config.json', 'model.safetensors.index.json', 'one.safetensors']) {
      await hubFiles(place).read(file, options);
    }
    for (const file of ['tokenizer.json', 'tokenizer_config.json']) {
      await expect(hubFiles(place).read(file, options)).rejects.toMatchObject({ code: 'not-found' });
    }
    expect(await storedHubModels()).toMatchObject([{ complete: false }]);
    await hubFiles(place).read('two.safetensors', options);
    expect(await storedHubModels()).toMatchObject([{ complete: true }]);
    expect(kept.size).toBe(6);
    kept.set(`${base}model.safetensors.index.json`, new Response('no index'));
    expect(await storedHubModels()).toMatchObject([{ complete: false }]);
  });

  test.each<[string, object, RegExp]>([
    ['an unknown type', { model_type: 'mamba' }, /type "mamba" are not supported yet; supported are GPT-2/],
    [
      'weights beyond the limit',
      { vocab_size: 100_000_000 },
      /on the graphics device .* more than the 4 GB that are allowed|vocab_size/,
    ],
  ])('%s is refused before the download', async (_, entries, sentence) => {
    const known = JSON.parse(textOf(hub.content.get('config.json')!));
    hub.content.set('config.json', bytesOf(JSON.stringify({ ...known, ...entries })));
    const fetched = server(hub.serve);
    const offer = await lookUpHub(place);
    expect(offer.refusal).toMatch(sentence);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('an image model is offered; its preprocessing completes it, where a text model needs its tokenizer', async () => {
    storage();
    for (const file of ['config.json', 'model.safetensors']) {
      hub.content.set(file, new Uint8Array(readFileSync(`fixtures/tiny/vit/${file}`)));
    }
    hub.content.set('preprocessor_config.json', new Uint8Array(readFileSync('fixtures/images/vit.json')));
    const fetched = server(hub.serve);
    const needed = ['config.json', 'model.safetensors', 'preprocessor_config.json'];
    const bytes = needed.reduce((sum, file) => sum + hub.content.get(file)!.byteLength, 0);
    expect(await lookUpHub(place)).toMatchObject({ family: 'ViT', refusal: null, bytes });
    // The weights twice: their size, and their header.
    expect([...new Set(fetched.mock.calls.map(([url]) => url.slice(base.length)))]).toEqual(needed);
    for (const file of needed.slice(0, 2)) await hubFiles(place).read(file, options);
    expect(await storedHubModels()).toMatchObject([{ complete: false }]);
    await (await loadModel(hubFiles(place))).imageProcessor();
    expect(await storedHubModels()).toMatchObject([{ complete: true, bytes }]);
  });

  test('an encoder is offered', async () => {
    hub.content.set('config.json', new Uint8Array(readFileSync('fixtures/tiny/bert/config.json')));
    server(hub.serve);
    expect(await lookUpHub(place)).toMatchObject({ family: 'BERT', refusal: null });
  });

  test('without safetensors files is refused', async () => {
    hub.content.delete('model.safetensors');
    server(hub.serve);
    expect((await lookUpHub(place)).refusal).toMatch(/no weights in safetensors files/);
  });

  describe('a look-up reads the weights’ own list', () => {
    const inParts: Answer = (request) => {
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.range ?? '') ?? [];
      const body = hub.content.get(request.url.slice(base.length));
      if (from === undefined || body === undefined) return hub.serve(request);
      return new Response(body.slice(Number(from), to ? Number(to) + 1 : undefined), { status: 206 });
    };

    test('and counts parameters by it', async () => {
      server(inParts);
      expect(await lookUpHub(place)).toMatchObject({ refusal: null, parameters: 14_136 });
    });

    test.each<[string, object, RegExp]>([
      ['more blocks than there are', { num_hidden_layers: 9 }, /lack the tensor model\.layers\.3/],
      ['another width', { intermediate_size: 48 }, /has shape .* but config\.json asks for/],
    ])('and refuses %s before the download', async (_, entries, sentence) => {
      const known = JSON.parse(textOf(hub.content.get('config.json')!));
      hub.content.set('config.json', bytesOf(JSON.stringify({ ...known, ...entries })));
      server(inParts);
      expect((await lookUpHub(place)).refusal).toMatch(sentence);
    });
  });

  test('a stored branch that has moved on is told; without a connection it opens as it is', async () => {
    storage();
    let commit = 'aaaaaaa1';
    let reachable = true;
    server((request) => {
      if (!reachable) throw new TypeError('fetch failed');
      const response = hub.serve(request);
      if (response.ok) response.headers.set('x-repo-commit', commit);
      return response;
    });
    await hub.load();
    expect(await storedHubModels()).toMatchObject([{ commit: 'aaaaaaa1' }]);
    expect(await lookUpHub(place)).toMatchObject({ stored: true, newer: null });
    commit = 'bbbbbbb2';
    expect(await lookUpHub(place)).toMatchObject({ stored: true, newer: 'bbbbbbb2' });
    reachable = false;
    expect(await lookUpHub(place)).toMatchObject({ stored: true, newer: null });
  });
});
