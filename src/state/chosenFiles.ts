// What to call the files that a reader has chosen: the GGUF file's name, or the folder's that holds config.json. Whether they are a model at all
// is for the worker to say, which reads them.

import type { ChosenFile } from '../engine/protocol';

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
