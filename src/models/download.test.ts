import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../tensor/errors';
import { hubFiles, lookUpHub } from './hub';
import { deleteHubModel, storedHubModels } from './hubList';
import {
  base,
  broken,
  files,
  llamaOnHub,
  options,
  place,
  server,
  storage,
  streamed,
  textOf,
} from './testing/hubServer';

afterEach(() => vi.unstubAllGlobals());

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
    expect([...kept.keys()].sort()).toEqual(['', '?part=0', '?part=1'].map((end) => `${base}model.safetensors${end}`));
    fetched.mockClear();
    expect(textOf(await files().read('model.safetensors', options))).toBe(whole);
    expect(fetched).not.toHaveBeenCalled();
  });

  test('is told in the offer', async () => {
    await begin();
    server((await llamaOnHub()).serve);
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
