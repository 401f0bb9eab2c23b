// Files of a model in a folder on disk, and a single file read in parts. Node only: the page never imports this file.

import { open, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { throwIfAborted, UserError } from '../tensor/errors';
import { keptBytes, type ModelFiles, type PartedFile, type ReadOptions, tooLong } from './files';

const chunkBytes = 64 * 1024 * 1024;

export function folderFiles(path: string): ModelFiles {
  const folder = resolve(path);
  return {
    id: basename(folder),
    revision: null,
    read: (file, options) => readFile(join(folder, file), options),
    async open(file, { maxBytes }) {
      const parted = await partedFile(join(folder, file));
      if (parted.size > maxBytes) throw tooLong(file, parted.size, maxBytes);
      return parted.size > keptBytes ? parted : null; // small ones have the digest that they have when they are served
    },
  };
}

async function readFile(path: string, { signal, onProgress, maxBytes }: ReadOptions): Promise<Uint8Array> {
  throwIfAborted(signal);
  const size = await sizeOf(path);
  if (size > maxBytes) throw tooLong(path, size, maxBytes);
  const handle = await open(path).catch((cause: unknown) => {
    throw new UserError('network', `${path} cannot be opened: ${(cause as Error).message}.`, { cause });
  });
  try {
    const bytes = new Uint8Array(size);
    let loaded = 0;
    while (loaded < size) {
      throwIfAborted(signal);
      const { bytesRead } = await handle.read(bytes, loaded, Math.min(chunkBytes, size - loaded), loaded);
      if (bytesRead === 0)
        throw new UserError('network', `${path} ended after ${loaded} of ${size} bytes while it was read.`);
      loaded += bytesRead;
      onProgress?.(loaded, size);
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** A file that stays open for one read at a time only: nothing has to be closed. */
export async function partedFile(path: string): Promise<PartedFile> {
  const size = await sizeOf(path);
  return {
    name: basename(path),
    size,
    async read(from, to) {
      const handle = await open(path).catch((cause: unknown) => {
        throw new UserError('network', `${path} cannot be opened: ${(cause as Error).message}.`, { cause });
      });
      try {
        const bytes = new Uint8Array(to - from);
        for (let done = 0; done < bytes.byteLength; ) {
          const { bytesRead } = await handle.read(
            bytes,
            done,
            Math.min(chunkBytes, bytes.byteLength - done),
            from + done,
          );
          if (bytesRead === 0)
            throw new UserError('network', `${path} ended at byte ${from + done} while it was read.`);
          done += bytesRead;
        }
        return bytes;
      } finally {
        await handle.close();
      }
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new UserError('not-found', `There is no file ${path}.`);
  return found.size;
}
