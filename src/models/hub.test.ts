import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../tensor/errors';
import { hubFiles, lookUpHub } from './hub';
import { deleteHubModel, storedHubModels } from './hubList';
import { hubPlace } from './hubPlace';
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
      'The connection was lost in x.json, after 3 bytes of 6 bytes. Try again.',
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
    expect(await storedHubModels()).toEqual([{ ...place, bytes: size(), complete: true, commit: null }]);
    await deleteHubModel(place);
    expect(await storedHubModels()).toEqual([]);
    await expect(load()).rejects.toThrow(/did not answer/);
  });

  test('that is large and stored is read tensor by tensor, whether it lies in parts or not', async () => {
    storage();
    server(serve);
    const taken = async (partBytes: number, wholeBytes: number) => {
      const { weights, info } = await loadModel(hubFiles(place, { partBytes, wholeBytes }));
      const arrays = new Map<string, Float32Array>();
      for (const name of weights.names) arrays.set(name, await weights.take(name));
      await info();
      return arrays;
    };
    const whole = await taken(1e6, 1e9);
    const read = vi.spyOn(Response.prototype, 'arrayBuffer');
    expect(await taken(1e6, 1000)).toEqual(whole);
    await deleteHubModel(place);
    await taken(10_000, 1000); // downloaded, and kept in parts
    read.mockClear();
    expect(await taken(10_000, 1000)).toEqual(whole);
    expect(read.mock.instances.length).toBeLessThanOrEqual(1); // config.json; of the weights only slices
    read.mockRestore();
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
      /on the graphics device .* more than the 4 GB that are allowed|vocab_size/,
    ],
  ])('%s is refused before the download', async (_, entries, sentence) => {
    const known = JSON.parse(textOf(content.get('config.json')!));
    content.set('config.json', bytesOf(JSON.stringify({ ...known, ...entries })));
    const fetched = server(serve);
    const offer = await lookUpHub(place);
    expect(offer.refusal).toMatch(sentence);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('an image model is offered; its preprocessing completes it, where a text model needs its tokenizer', async () => {
    storage();
    for (const file of ['config.json', 'model.safetensors']) {
      content.set(file, new Uint8Array(readFileSync(`fixtures/tiny/vit/${file}`)));
    }
    content.set('preprocessor_config.json', new Uint8Array(readFileSync('fixtures/images/vit.json')));
    const fetched = server(serve);
    const needed = ['config.json', 'model.safetensors', 'preprocessor_config.json'];
    const bytes = needed.reduce((sum, file) => sum + content.get(file)!.byteLength, 0);
    expect(await lookUpHub(place)).toMatchObject({ family: 'ViT', refusal: null, bytes });
    // The weights twice: their size, and their header.
    expect([...new Set(fetched.mock.calls.map(([url]) => url.slice(base.length)))]).toEqual(needed);
    for (const file of needed.slice(0, 2)) await hubFiles(place).read(file, options);
    expect(await storedHubModels()).toMatchObject([{ complete: false }]);
    await (await loadModel(hubFiles(place))).imageProcessor();
    expect(await storedHubModels()).toMatchObject([{ complete: true, bytes }]);
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

  /** As a network brings it, a megabyte at a time. */
  const streamed = (bytes: Uint8Array, init: ResponseInit = {}) => {
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + 1_000_000));
        at += 1_000_000;
      },
    });
    return new Response(body, { ...init, headers: { 'content-length': String(bytes.length), ...init.headers } });
  };

  test('a large file is stored in parts and comes back whole', async () => {
    const { kept } = storage();
    const large = new Uint8Array(40_000_001).fill(7);
    large[16_000_000] = 1;
    large[40_000_000] = 2;
    let reachable = true;
    server(() => {
      if (reachable) return streamed(large);
      throw new TypeError('fetch failed');
    });
    const big = { maxBytes: 200_000_000 };
    await files().read('model.safetensors', big);
    expect(kept.size).toBe(4);
    reachable = false;
    expect(Buffer.compare(await files().read('model.safetensors', big), large)).toBe(0);
    expect(await storedHubModels()).toMatchObject([{ bytes: 40_000_001 }]);
    kept.delete(`${base}model.safetensors?part=1`);
    await expect(files().read('model.safetensors', big)).rejects.toThrow(/did not answer/);
    await deleteHubModel(place);
    expect(kept.size).toBe(0);
  });

  describe('a download that another page goes on with', () => {
    const whole = 'abcdefghij';
    const tag = { etag: '"1"' };
    const begin = async () => {
      const { kept } = storage();
      server(() => broken('abc', 10, 'ends', { headers: tag }));
      await expect(files().read('model.safetensors', options)).rejects.toThrow(
        /after 3 bytes of 10 bytes. Try again: it goes on/,
      );
      return kept;
    };
    const ranges = (fetched: ReturnType<typeof server>) =>
      fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('range'));
    const rest = (headers: HeadersInit) => () => new Response('defghij', { status: 206, headers });

    test('keeps what came, says so, and asks for the rest only', async () => {
      const kept = await begin();
      expect(await storedHubModels()).toMatchObject([{ bytes: 3, complete: false }]);
      const onProgress = vi.fn();
      const fetched = server(rest({ ...tag, 'content-range': 'bytes 3-9/10' }));
      expect(textOf(await files().read('model.safetensors', { ...options, onProgress }))).toBe(whole);
      expect(onProgress).toHaveBeenNthCalledWith(1, 3, 10);
      expect(ranges(fetched)).toEqual(['bytes=3-']);
      expect([...kept.keys()].sort()).toEqual(
        ['', '?part=0', '?part=1'].map((end) => `${base}model.safetensors${end}`),
      );
      fetched.mockClear();
      expect(textOf(await files().read('model.safetensors', options))).toBe(whole);
      expect(fetched).not.toHaveBeenCalled();
    });

    test('is told in the offer', async () => {
      await begin();
      server(serve);
      expect(await lookUpHub(place)).toMatchObject({ begun: 3, stored: false });
    });

    test('begins anew when the server has another version', async () => {
      const kept = await begin();
      const answers = [
        rest({ etag: '"2"', 'content-range': 'bytes 3-9/10' }),
        () => new Response('ABCDEFGHIJ', { headers: { 'content-length': '10', etag: '"2"' } }),
      ];
      server(() => answers.shift()!());
      expect(textOf(await files().read('model.safetensors', options))).toBe('ABCDEFGHIJ');
      expect([...kept.keys()]).toEqual([`${base}model.safetensors`]);
    });

    test('begins anew when the browser threw a part away, and when the server knows no ranges', async () => {
      const kept = await begin();
      kept.delete(`${base}model.safetensors?part=0`);
      const fetched = server(() => new Response(whole, { headers: { 'content-length': '10' } }));
      expect(textOf(await files().read('model.safetensors', options))).toBe(whole);
      expect(ranges(fetched)).toEqual([null]);
      await deleteHubModel(place);
      await begin();
      server(() => new Response(whole, { headers: { 'content-length': '10' } }));
      expect(textOf(await files().read('model.safetensors', options))).toBe(whole);
    });

    test('begins anew when a page went away just before the end', async () => {
      const kept = await begin();
      const meta = kept.get(`${base}model.safetensors`)!;
      meta.headers.set('content-length', '3'); // all of three bytes are there, but nothing says that they are the file
      const fetched = server(() => new Response('abc', { headers: { 'content-length': '3' } }));
      expect(textOf(await files().read('model.safetensors', options))).toBe('abc');
      expect(ranges(fetched)).toEqual([null]);
      expect([...kept.keys()]).toEqual([`${base}model.safetensors`]);
    });

    test('without a connection says so at once, and keeps what is there', async () => {
      await begin();
      const fetched = server(() => {
        throw new TypeError('fetch failed');
      });
      await expect(files().read('model.safetensors', options)).rejects.toThrow(/did not answer/);
      expect(fetched).toHaveBeenCalledTimes(1);
      expect(await storedHubModels()).toMatchObject([{ bytes: 3 }]);
    });

    test('keeps long parts while it runs: a page that just goes away has them too', async () => {
      const { kept } = storage();
      const large = Uint8Array.from({ length: 3_500_000 }, (_, at) => at % 251);
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent >= 3_000_000) return new Promise(() => {}); // the page is gone before more comes
          controller.enqueue(large.slice(sent, sent + 1_000_000));
          sent += 1_000_000;
        },
      });
      server(() => new Response(body, { headers: { 'content-length': '3500000', ...tag } }));
      const read = () =>
        hubFiles(place, { pauses: [], partBytes: 2_000_000 }).read('model.safetensors', { maxBytes: 1e7 });
      void read();
      await vi.waitFor(() => expect(kept.has(`${base}model.safetensors`)).toBe(true));
      const fetched = server(({ range }) => {
        const from = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
        return new Response(large.slice(from), { status: 206, headers: tag });
      });
      expect(Buffer.compare(await read(), large)).toBe(0);
      expect(ranges(fetched)[0]).toBe('bytes=2000000-');
    });
  });

  describe('what arrived is checked', () => {
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const answer = (headers: Record<string, string>) => () =>
      new Response('abcdef', { headers: { 'content-length': '6', ...headers } });
    const linked = (text: string) => ({ 'x-linked-etag': `"${digest(text)}"` });

    test('against the digest and the length that the hub announces', async () => {
      const { kept } = storage();
      server(answer({ ...linked('abcdef'), 'x-linked-size': '6' }));
      expect(textOf(await files().read('model.safetensors', options))).toBe('abcdef');
      expect(kept.size).toBe(1);
    });

    test.each<[string, Record<string, string>, RegExp]>([
      [
        'another digest',
        linked('abcdeX'),
        /model\.safetensors is not what mirror\.test announces: its SHA-256 begins with/,
      ],
      ['another length', { 'x-linked-size': '7' }, /it has 6 bytes instead of 7 bytes. It was damaged on the way/],
    ])('%s is an error, and nothing is kept', async (_, headers, sentence) => {
      const { kept } = storage();
      server(answer(headers));
      const reading = hubFiles(place, { pauses: [], partBytes: 2 }).read('model.safetensors', options);
      await expect(reading).rejects.toMatchObject({ code: 'bad-model', message: expect.stringMatching(sentence) });
      expect(kept.size).toBe(0);
    });

    test('against the hub’s listing where the headers are hidden', async () => {
      storage();
      const large = new Uint8Array(1_500_000).fill(3);
      const sha256 = createHash('sha256').update(large).digest('hex');
      const list = (sum: string) => ({ siblings: [{ rfilename: 'model.safetensors', lfs: { sha256: sum } }] });
      let sum = sha256;
      const asked: string[] = [];
      server(({ url }) => {
        asked.push(url);
        return url.includes('/api/') ? new Response(JSON.stringify(list(sum))) : streamed(large);
      });
      const big = { maxBytes: 1e7 };
      await files().read('model.safetensors', big);
      expect(asked).toContain('http://mirror.test/api/models/acme/tiny/revision/main?blobs=true');
      await deleteHubModel(place);
      sum = digest('something else');
      await expect(files().read('model.safetensors', big)).rejects.toThrow(/not what mirror\.test announces/);
    });

    test('a plain ETag that looks like a digest is none', async () => {
      storage();
      server(answer({ etag: `"${digest('something else')}"` }));
      expect(textOf(await files().read('model.safetensors', options))).toBe('abcdef');
    });
  });

  describe('a look-up reads the weights’ own list', () => {
    const inParts: Answer = (request) => {
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.range ?? '') ?? [];
      const body = content.get(request.url.slice(base.length));
      if (from === undefined || body === undefined) return serve(request);
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
      const known = JSON.parse(textOf(content.get('config.json')!));
      content.set('config.json', bytesOf(JSON.stringify({ ...known, ...entries })));
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
      const response = serve(request);
      if (response.ok) response.headers.set('x-repo-commit', commit);
      return response;
    });
    await load();
    expect(await storedHubModels()).toMatchObject([{ commit: 'aaaaaaa1' }]);
    expect(await lookUpHub(place)).toMatchObject({ stored: true, newer: null });
    commit = 'bbbbbbb2';
    expect(await lookUpHub(place)).toMatchObject({ stored: true, newer: 'bbbbbbb2' });
    reachable = false;
    expect(await lookUpHub(place)).toMatchObject({ stored: true, newer: null });
  });

  test('a full store is named with the room that is left, and the model works', async () => {
    const { cache, kept } = storage();
    const put = cache.put;
    cache.put = async (url, response) => {
      if (url.includes('model.safetensors')) throw new DOMException('full', 'QuotaExceededError');
      return put(url, response);
    };
    server(serve);
    const store = { room: async () => 12_000 };
    const model = await loadModel(hubFiles(place, { store, partBytes: 20_000 }));
    await model.tokenizer();
    expect(model.remarks()).toEqual([
      'acme/tiny could not be stored: the browser’s storage for this page is full, with room for 12 kB where 59.5 kB are needed. It works now; the next time it is downloaded again. Deleting stored models makes room.',
    ]);
    expect([...kept.keys()].filter((url) => url.includes('model.safetensors'))).toEqual([]);
    expect(await lookUpHub(place, undefined, store)).toMatchObject({ stored: false, room: 12_000 });
  });
});
