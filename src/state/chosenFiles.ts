// What to call the files that a reader has chosen: the GGUF file's name, or the folder's that holds config.json. Whether they are a model at all
// is for the worker to say, which reads them.

import type { ChosenFile } from '../engine/protocol';

/** null: they may be a model. A sentence where their names alone say that they are none: what is on the screen then stays. */
export function notAModel(files: readonly Pick<ChosenFile, 'path'>[]): string | null {
  const names = files.map(({ path }) => lastPart(path));
  if (names.some((name) => name === 'config.json' || /\.gguf$/i.test(name))) return null;
  const what =
    names.length === 1 ? `${names[0]!.slice(0, 80)} is no model.` : 'There is no config.json among these files.';
  const other = names.some((name) => /\.(bin|pth?|onnx|h5|msgpack)$/i.test(name));
  const formats = 'A model is one .gguf file, or config.json with model.safetensors (or its shards and their index).';
  return `${what}${other ? ' Weights are read from safetensors and GGUF files only.' : ''} ${formats}`;
}

/** `files`: at least one. */
export function nameOfFiles(files: readonly Pick<ChosenFile, 'path'>[]): string {
  const paths = files.map(({ path }) => path);
  const gguf = paths.find((path) => /\.gguf$/i.test(path));
  if (gguf !== undefined && !paths.some((path) => path.endsWith('.safetensors'))) return lastPart(gguf);
  const [config] = paths
    .filter((path) => lastPart(path) === 'config.json')
    .sort((a, b) => a.split('/').length - b.split('/').length);
  const folder = config?.split('/').at(-2);
  return folder ?? (paths.length === 1 ? lastPart(paths[0]!) : 'chosen files');
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);
