// Files that the reader has chosen on this machine: one GGUF file, or the files of a model in the hub's layout. Read from the File objects in
// parts; nothing is copied as a whole, nothing leaves the machine.

import { throwIfAborted, UserError } from '../tensor/errors';
import { blobFile } from './blobFile';
import { type ModelFiles, type PartedFile, tooLong } from './files';
import { splitRefusal } from './ggufConfig';
import { ggufFiles } from './ggufFiles';

/** A chosen file, and its path below what was chosen. */
export interface ChosenFile {
  readonly path: string;
  readonly blob: Blob;
}

const config = 'config.json';
const formats = 'A model is one .gguf file, or config.json with model.safetensors (or its shards and their index).';

/** UserError 'bad-request' when the files are no model, or more than one. */
export function localFiles(name: string, chosen: readonly ChosenFile[]): ModelFiles {
  const ending = (...endings: string[]) =>
    chosen.filter(({ path }) => endings.some((end) => path.toLowerCase().endsWith(end)));
  const ggufs = ending('.gguf');
  if (ggufs.length > 0 && ending('.safetensors').length === 0) {
    if (ggufs.length > 1 && ggufs.every(({ path }) => /-\d{5}-of-\d{5}\.gguf$/i.test(path))) {
      throw splitRefusal(baseOf(ggufs[0]!.path), ggufs.length);
    }
    if (ggufs.length > 1) throw unclear(`These are ${ggufs.length} GGUF files: choose one of them.`);
    return ggufFiles(name, async () => parted(ggufs[0]!));
  }
  const configs = chosen.filter(({ path }) => baseOf(path) === config);
  const depth = Math.min(...configs.map(({ path }) => path.split('/').length));
  const [found, another] = configs.filter(({ path }) => path.split('/').length === depth);
  if (!found) {
    const other = ending('.bin', '.pt', '.pth', '.onnx', '.h5', '.msgpack').length > 0;
    const what =
      chosen.length === 1 ? `${baseOf(chosen[0]!.path)} is no model` : `There is no ${config} among these files`;
    throw unclear(`${what}${other ? ', and weights are read from safetensors and GGUF files only' : ''}. ${formats}`);
  }
  if (another)
    throw unclear(`These folders hold several models (${found.path} and ${another.path}): choose one of them.`);
  const folder = found.path.slice(0, -config.length);
  const files = new Map(
    chosen.filter(({ path }) => path === folder + baseOf(path)).map((file) => [baseOf(file.path), file]),
  );
  const open = async (file: string, maxBytes: number): Promise<PartedFile> => {
    const one = files.get(file);
    if (!one) throw new UserError('not-found', `There is no ${file} among the chosen files.`);
    if (one.blob.size > maxBytes) throw tooLong(file, one.blob.size, maxBytes);
    return parted(one);
  };
  return {
    id: name,
    revision: null,
    async read(file, { signal, maxBytes, onProgress }) {
      throwIfAborted(signal);
      const { size, read } = await open(file, maxBytes);
      const bytes = await read(0, size);
      onProgress?.(size, size);
      return bytes;
    },
    open: (file, { maxBytes }) => open(file, maxBytes),
  };
}

const baseOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

const trouble =
  'it was changed, moved or deleted since it was chosen, or this browser may not read it. Choose it again.';

const parted = ({ path, blob }: ChosenFile): PartedFile => blobFile(baseOf(path), blob, trouble);

function unclear(sentence: string): UserError {
  return new UserError('bad-request', sentence);
}
