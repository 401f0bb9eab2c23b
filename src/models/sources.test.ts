import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { embeddedFiles } from './embedded';
import { describeBytes } from './files';
import { folderFiles } from './folder';

afterEach(() => vi.unstubAllGlobals());

const answer = (body: BodyInit | null, init?: ResponseInit) => {
  const fetched = vi.fn(async (_url: URL) => new Response(body, init));
  vi.stubGlobal('fetch', fetched);
  return fetched;
};
const files = () => embeddedFiles('http://localhost/page/', 'tiny-world');
const options = { maxBytes: 100 };

test('embedded files are read from models/<name>/ beside the page, with progress', async () => {
  const fetched = answer('{"a":1}', { headers: { 'content-length': '7' } });
  const onProgress = vi.fn();
  const bytes = await files().read('config.json', { ...options, onProgress });
  expect(new TextDecoder().decode(bytes)).toBe('{"a":1}');
  expect(String(fetched.mock.calls[0]![0])).toBe('http://localhost/page/models/tiny-world/config.json');
  expect(onProgress).toHaveBeenLastCalledWith(7, 7);
});

test.each<[string, BodyInit | null, ResponseInit, string, RegExp]>([
  ['a missing file', null, { status: 404 }, 'not-found', /no file tiny-world\/config\.json \(404\)/],
  [
    'a web page instead of the file',
    '<html>',
    { headers: { 'content-type': 'text/html' } },
    'not-found',
    /web page \(HTML\)/,
  ],
  ['a server error', null, { status: 503 }, 'network', /status 503/],
  [
    'a file beyond the limit by its announced size',
    'x',
    { headers: { 'content-length': '5000' } },
    'bad-model',
    /5 kB, more than/,
  ],
  ['a file beyond the limit without an announced size', 'x'.repeat(200), {}, 'bad-model', /more than the 100 bytes/],
  [
    'a connection that breaks off',
    'abc',
    { headers: { 'content-length': '9' } },
    'network',
    /broke off after 3 of 9 bytes/,
  ],
])('%s is answered by a sentence', async (_, body, init, code, sentence) => {
  answer(body, init);
  const error = await files()
    .read('config.json', options)
    .catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
});

test('a failing connection and a cancelled one are told apart', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
  await expect(files().read('a', options)).rejects.toMatchObject({ code: 'network' });
  const signal = AbortSignal.abort();
  await expect(files().read('a', { ...options, signal })).rejects.toMatchObject({ code: 'cancelled' });
});

test('a name that leaves the folder is no embedded model', () => {
  for (const name of ['../x', 'a/b', '', '.hidden'])
    expect(() => embeddedFiles('http://localhost/', name)).toThrow(/no embedded model/);
});

test('files of a folder are read whole, within the limit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tensorscope-'));
  try {
    await writeFile(join(folder, 'a.bin'), Uint8Array.of(1, 2, 3));
    const source = folderFiles(folder);
    expect([...(await source.read('a.bin', options))]).toEqual([1, 2, 3]);
    await expect(source.read('a.bin', { maxBytes: 2 })).rejects.toMatchObject({ code: 'bad-model' });
    await expect(source.read('b.bin', options)).rejects.toMatchObject({ code: 'not-found' });
    await expect(source.read('.', options)).rejects.toMatchObject({ code: 'not-found' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('sizes read well', () => {
  expect([0, 999, 1000, 1_234_567, 5e9].map(describeBytes)).toEqual(['0 bytes', '999 bytes', '1 kB', '1.2 MB', '5 GB']);
});
