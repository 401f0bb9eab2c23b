import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../tensor/errors';
import { deleteHubModel, hubFiles, hubPlace, lookUpHub, storedHubModels } from './hub';
import { loadModel } from './load';

const place = hubPlace('acme/tiny', 'main', 'http://mirror.test/');
const base = 'http://mirror.test/acme/tiny/resolve/main/';
const options = { maxBytes: 1_000_000 };
const files = () => hubFiles(place, { pauses: [0, 0] });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

afterEach(() => vi.unstubAllGlobals());

type Answer = (request: { url: string; method: string; range: string | null; signal: AbortSignal | null }) => Response;

function server(answer: Answer) {
  const fetched = vi.fn(async (url: string, init: RequestInit = {}) => {
    const range = new Headers(init.headers).get('range');
    return answer({ url, method: init.method ?? 'GET', range, signal: init.signal ?? null });
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

/** Announces `total` bytes, sends these and then fails or just ends. */
function broken(text: string, total: number, how: 'fails' | 'ends', init: ResponseInit = {}): Response {
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!sent) controller.enqueue(bytesOf(text));
      else if (how === 'fails') controller.error(new TypeError('network error'));
      else controller.close();
      sent = true;
    },
  });
  return new Response(body, { ...init, headers: { 'content-length': String(total), ...init.headers } });
}

/** The Cache API, as far as it is used. */
function storage() {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => void kept.set(url, response),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async (url: string) => kept.delete(url),
  };
  vi.stubGlobal('caches', { open: async () => cache });
  return { kept, cache };
}

describe('addresses', () => {
  test('follow the hub’s layout', async () => {
    const fetched = server(() => new Response('{}'));
    await files().read('config.json', options);
    await hubFiles(hubPlace('acme/tiny')).read('config.json', options);
    expect(fetched.mock.calls.map(([url]) => url)).toEqual([
      `${base}config.json`,
      'https://huggingface.co/acme/tiny/resolve/main/config.json',
    ]);
  });

  test.each([
    'tiny',
    'acme/',
    '/tiny',
    'acme/tiny/more',
    '../tiny',
    'acme/..',
    'acme/a b',
    'acme/a?b',
    'acme/a%2F',
    '',
  ])('no id: "%s"', (id) => expect(() => hubPlace(id)).toThrow(/must look like owner\/name/));
  test.each(['', '..', 'a/b', 'a?b', 'a b', '-x'])('no revision: "%s"', (revision) => {
    expect(() => hubPlace('acme/tiny', revision)).toThrow(/no revision/);
  });
  test.each(['', 'mirror', 'ftp://x', 'javascript:alert(1)', 'https://me:secret@x', 'https://x/?a', 'https://x/#a'])(
    'no hub: "%s"',
    (address) => expect(() => hubPlace('acme/tiny', 'main', address)).toThrow(/no address of a hub/),
  );
});

describe('a download', () => {
  test('reports progress', async () => {
    server(() => new Response('abcdef', { headers: { 'content-length': '6' } }));
    const onProgress = vi.fn();
    expect(textOf(await files().read('x.json', { ...options, onProgress }))).toBe('abcdef');
    expect(onProgress).toHaveBeenLastCalledWith(6, 6);
  });

  test.each<[string, Response, string, RegExp]>([
    ['no such model', new Response('', { status: 404 }), 'not-found', /mirror\.test has no model acme\/tiny at/],
    ['hidden', new Response('', { status: 401 }), 'network', /gated or private, or the id is wrong.*cannot sign in/],
    [
      'gated',
      new Response('', { status: 403, headers: { 'x-error-code': 'GatedRepo' } }),
      'network',
      /acme\/tiny is gated: its owners ask readers to sign in/,
    ],
    ['too many requests', new Response('', { status: 429 }), 'network', /wait a minute/],
    ['a server error', new Response('', { status: 503 }), 'network', /refused config\.json with status 503/],
    [
      'a web page',
      new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }),
      'bad-model',
      /web page \(HTML\) instead of config\.json/,
    ],
    [
      'too long by its announced size',
      new Response('x', { headers: { 'content-length': '5000000' } }),
      'bad-model',
      /5 MB, more than the 1 MB/,
    ],
    ['too long without one', new Response('x'.repeat(1_000_001)), 'bad-model', /more than the 1 MB/],
  ])('%s', async (_, response, code, sentence) => {
    const fetched = server(() => response);
    const error = await files()
      .read('config.json', options)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('a missing file is told from a missing model', async () => {
    server(() => new Response('', { status: 404 }));
    await expect(files().read('tokenizer.json', options)).rejects.toThrow('no file tokenizer.json in acme/tiny');
  });

  test('without a connection: one try, one sentence', async () => {
    const fetched = server(() => {
      throw new TypeError('fetch failed');
    });
    await expect(files().read('config.json', options)).rejects.toThrow(/mirror\.test did not answer/);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test.each(['fails', 'ends'] as const)('that %s half-way goes on where it stopped', async (how) => {
    const fetched = server(({ range }) =>
      range === null
        ? broken('abc', 6, how, { headers: { etag: '"1"' } })
        : new Response('def', { status: 206, headers: { 'content-range': 'bytes 3-5/6', etag: '"1"' } }),
    );
    expect(textOf(await files().read('x.json', options))).toBe('abcdef');
    expect(fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('range'))).toEqual([null, 'bytes=3-']);
  });

  test('starts over where the server knows no ranges', async () => {
    const answers = [
      () => broken('abc', 6, 'fails'),
      () => new Response('abcdef', { headers: { 'content-length': '6' } }),
    ];
    server(() => answers.shift()!());
    expect(textOf(await files().read('x.json', options))).toBe('abcdef');
  });

  test.each<[string, Record<string, string>]>([
    ['another file', { 'content-range': 'bytes 3-5/6', etag: '"2"' }],
    ['another length', { 'content-range': 'bytes 3-8/9', etag: '"1"' }],
    ['another part', { 'content-range': 'bytes 0-5/6', etag: '"1"' }],
  ])('starts over when the rest belongs to %s', async (_, headers) => {
    const answers = [
      () => broken('abc', 6, 'fails', { headers: { etag: '"1"' } }),
      () => new Response('XXX', { status: 206, headers }),
      () => new Response('ABCDEF', { headers: { 'content-length': '6' } }),
    ];
    server(() => answers.shift()!());
    expect(textOf(await files().read('x.json', options))).toBe('ABCDEF');
  });

  test('that breaks off every time ends with a sentence', async () => {
    const fetched = server(() => broken('abc', 6, 'ends'));
    await expect(files().read('x.json', options)).rejects.toThrow(
      'The connection was lost in x.json, after 3 bytes of 6 bytes. Try again: files that are complete are kept.',
    );
    expect(fetched).toHaveBeenCalledTimes(3);
  });

  test('can be cancelled while it runs and before', async () => {
    const abort = new AbortController();
    server(() => broken('abc', 6, 'fails'));
    const reading = files().read('x.json', { ...options, signal: abort.signal, onProgress: () => abort.abort() });
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(files().read('x.json', { ...options, signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a whole model', () => {
  const folder = 'fixtures/tiny/llama';
  let content: Map<string, Uint8Array<ArrayBuffer>>;
  let online = true;
  const serve: Answer = ({ url, method }) => {
    if (!online) throw new TypeError('fetch failed');
    const body = url.startsWith(base) ? content.get(url.slice(base.length)) : undefined;
    if (body === undefined) return new Response('', { status: 404 });
    return new Response(method === 'HEAD' ? null : body, { headers: { 'content-length': String(body.byteLength) } });
  };
  beforeEach(async () => {
    online = true;
    content = new Map();
    for (const file of ['config.json', 'model.safetensors']) {
      content.set(file, new Uint8Array(await readFile(`${folder}/${file}`)));
    }
  });
  const size = () => [...content.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const load = async () => {
    const model = await loadModel(hubFiles(place));
    await model.tokenizer();
    return model;
  };

  test('is described before anything large is downloaded', async () => {
    storage();
    const fetched = server(serve);
    const model = await lookUpHub(place);
    expect(model).toEqual({
      ...place,
      family: 'Llama',
      refusal: null,
      parameters: (await (await load()).info()).parameters,
      bytes: size(),
      stored: false,
      weights: 'f32',
      caution: null,
      footprint: { device: { f32: expect.any(Number), f16: expect.any(Number) }, tab: expect.any(Number), tokens: 64 },
    });
    const read = fetched.mock.calls
      .slice(0, 4)
      .map(([url, init]) => `${init?.method ?? 'GET'} ${url.slice(base.length)}`);
    expect(read).toEqual([
      'GET config.json',
      'HEAD model.safetensors',
      'HEAD tokenizer.json',
      'HEAD tokenizer_config.json',
    ]);
  });

  test('is stored, opens offline, is listed and deleted', async () => {
    storage();
    const fetched = server(serve);
    expect(await storedHubModels()).toEqual([]);
    const first = await load();
    online = false;
    fetched.mockClear();
    const second = await load();
    expect(fetched).not.toHaveBeenCalled();
    expect(await second.info()).toEqual(await first.info());
    expect(await second.info()).toMatchObject({ id: 'acme/tiny', revision: 'main' });
    expect(await lookUpHub(place)).toMatchObject({ stored: true, bytes: size() });
    expect(await storedHubModels()).toEqual([{ ...place, bytes: size(), complete: true }]);
    await deleteHubModel(place);
    expect(await storedHubModels()).toEqual([]);
    await expect(load()).rejects.toThrow(/did not answer/);
  });

  test('in shards: sizes are summed; what is missing is told; a half-stored one is not complete', async () => {
    const { kept } = storage();
    server(serve);
    const weights = content.get('model.safetensors')!;
    content.delete('model.safetensors');
    const index = { weight_map: { a: 'one.safetensors', b: 'two.safetensors', c: 'one.safetensors' } };
    content.set('model.safetensors.index.json', bytesOf(JSON.stringify(index)));
    content.set('one.safetensors', weights);
    expect((await lookUpHub(place)).refusal).toMatch(/lacks files that model\.safetensors\.index\.json names/);
    content.set('two.safetensors', weights);
    const { bytes, refusal } = await lookUpHub(place);
    const needed = content.get('config.json')!.byteLength + 2 * weights.byteLength;
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
      /on the graphics device .* more than the 4 GB that this program allows|vocab_size/,
    ],
  ])('%s is refused before the download', async (_, entries, sentence) => {
    const known = JSON.parse(textOf(content.get('config.json')!));
    content.set('config.json', bytesOf(JSON.stringify({ ...known, ...entries })));
    const fetched = server(serve);
    const offer = await lookUpHub(place);
    expect(offer.refusal).toMatch(sentence);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('an image model is refused before the download', async () => {
    content.set('config.json', new Uint8Array(readFileSync('fixtures/tiny/vit/config.json')));
    server(serve);
    expect((await lookUpHub(place)).refusal).toMatch(/image model, which the page cannot show yet/);
  });

  test('an encoder is offered', async () => {
    content.set('config.json', new Uint8Array(readFileSync('fixtures/tiny/bert/config.json')));
    server(serve);
    expect(await lookUpHub(place)).toMatchObject({ family: 'BERT', refusal: null });
  });

  test('without safetensors files is refused', async () => {
    content.delete('model.safetensors');
    server(serve);
    expect((await lookUpHub(place)).refusal).toMatch(/no weights in safetensors files/);
  });

  test('a full store does not keep it from opening', async () => {
    const { cache } = storage();
    cache.put = async () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    server(serve);
    expect((await (await load()).info()).id).toBe('acme/tiny');
    expect(await storedHubModels()).toEqual([]);
  });

  test('a large file is stored in parts and comes back whole', async () => {
    const { kept } = storage();
    const large = new Uint8Array(130_000_001).fill(7);
    large[64_000_000] = 1;
    large[130_000_000] = 2;
    content.set('model.safetensors', large);
    server(serve);
    const big = { maxBytes: 200_000_000 };
    await files().read('model.safetensors', big);
    expect(kept.size).toBe(4);
    online = false;
    expect(Buffer.compare(await files().read('model.safetensors', big), large)).toBe(0);
    expect(await storedHubModels()).toMatchObject([{ bytes: 130_000_001 }]);
    kept.delete(`${base}model.safetensors?part=1`);
    await expect(files().read('model.safetensors', big)).rejects.toThrow(/did not answer/);
    await deleteHubModel(place);
    expect(kept.size).toBe(0);
  });

  test('nothing that is not whole is stored', async () => {
    const { kept } = storage();
    server(() => broken('abc', 6, 'ends'));
    await expect(files().read('model.safetensors', options)).rejects.toThrow(/connection was lost/);
    expect(kept.size).toBe(0);
  });
});
