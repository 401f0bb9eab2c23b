import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { loadModel } from './load';
import { type ChosenFile, localFiles } from './local';
import { loadWhole } from './testing/wholeModel';

const file = (path: string, content: string | Uint8Array = ''): ChosenFile => ({
  path,
  blob: new Blob([content as BlobPart]),
});
const onDisk = (path: string, place: string) => file(path, new Uint8Array(readFileSync(place)));
const llama = (folder: string) =>
  ['config.json', 'model.safetensors'].map((name) => onDisk(`${folder}${name}`, `fixtures/tiny/llama/${name}`));
const world = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map((name) =>
  onDisk(`world/${name}`, `public/models/tiny-world/${name}`),
);

test.each([
  ['files', ''],
  ['a folder', 'my llama/'],
  ['a folder in a folder', 'a/b/'],
])('%s in the hub’s layout are a model', async (_, folder) => {
  const onProgress = vi.fn();
  const { info: infoOf } = await loadWhole(localFiles('mine', llama(folder)), { onProgress });
  const info = await infoOf();
  expect(info).toMatchObject({ id: 'mine', title: 'mine (Llama)', bytes: 59_544 });
  expect(info.revision).toMatch(/^[0-9a-f]{12}$/);
  expect(onProgress).toHaveBeenCalledWith('model.safetensors', 59_544, 59_544);
});

test('the tokenizer’s files are taken from the same folder, and not from elsewhere', async () => {
  const model = await loadModel(localFiles('world', world));
  expect((await model.tokenizer()).kind).toBe('text');
  const moved = world.map(({ path, blob }) => ({ path: path.replace('world/token', 'world/other/token'), blob }));
  const without = await loadModel(localFiles('world', moved));
  expect((await without.tokenizer()).kind).toBe('ids');
});

test('weights are read tensor by tensor, never the whole file', async () => {
  const files = llama('');
  const [, weights] = files as [ChosenFile, ChosenFile];
  const whole = vi.spyOn(weights.blob, 'arrayBuffer');
  const slice = vi.spyOn(weights.blob, 'slice');
  await loadWhole(localFiles('mine', files));
  expect(whole).not.toHaveBeenCalled();
  const largest = Math.max(...slice.mock.calls.map(([from = 0, to = 0]) => to - from));
  expect(largest).toBeLessThan(10_000);
});

test('one GGUF file is a model', async () => {
  const gguf = onDisk('some/wide.gguf', 'fixtures/gguf/wide-q4_k.gguf');
  const { info } = await loadModel(localFiles('wide.gguf', [gguf, file('some/README.md')]));
  expect((await info()).title).toBe('wide.gguf (Llama, Q4_K weights)');
});

describe('what is no model, or more than one, is told so', () => {
  test.each<[string, ChosenFile[], RegExp]>([
    ['a text', [file('notes.txt')], /^notes\.txt is no model\. A model is one \.gguf file, or config\.json with/],
    [
      'other weights',
      [file('a/pytorch_model.bin'), file('a/README.md')],
      /no config\.json.*safetensors and GGUF files only/,
    ],
    ['two GGUF files', [file('a.gguf'), file('b.gguf')], /2 GGUF files: choose one/],
    ['a split GGUF file', [file('a-00001-of-00002.gguf'), file('a-00002-of-00002.gguf')], /one of 2 parts/],
    ['two folders', [...llama('a/'), ...llama('b/')], /several models \(a\/config\.json and b\/config\.json\)/],
  ])('%s', (_, files, sentence) => expect(() => localFiles('mine', files)).toThrow(sentence));

  test('weights missing', async () => {
    await expect(loadModel(localFiles('mine', llama('').slice(0, 1)))).rejects.toThrow(
      /neither model\.safetensors nor/,
    );
  });
  test('a shard missing', async () => {
    const index = JSON.stringify({ weight_map: { 'model.embed_tokens.weight': 'model-1.safetensors' } });
    const files = [...llama('').slice(0, 1), file('model.safetensors.index.json', index)];
    await expect(loadModel(localFiles('mine', files))).rejects.toThrow(/lack the tensor|no model-1\.safetensors among/);
  });
  test('a file that changed since', async () => {
    const [config, weights] = llama('') as [ChosenFile, ChosenFile];
    const gone = { arrayBuffer: () => Promise.reject(new Error('NotReadableError')) } as Blob;
    vi.spyOn(weights.blob, 'slice').mockReturnValue(gone);
    await expect(loadModel(localFiles('mine', [config, weights]))).rejects.toThrow(
      /model\.safetensors cannot be read: it was changed, moved or deleted.*Choose it again/,
    );
  });
  test('cancelled', async () => {
    const stop = new AbortController();
    const loading = loadWhole(localFiles('mine', llama('')), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
  });
});
