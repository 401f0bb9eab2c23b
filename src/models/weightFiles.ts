// The weight files of a model: one model.safetensors, or shards with an index that says which tensor lies in which.

import * as v from 'valibot';
import { throwIfAborted, UserError } from '../tensor/errors';
import {
  type ModelFiles,
  type OpenedFile,
  type OptionsFor,
  type PartedFile,
  parseJsonObject,
  type ReadOptions,
  readOptional,
  type WeightFiles,
} from './files';
import { type FileTensor, readSafetensors, readSafetensorsHeader } from './safetensors';

export const weightFileLimit = 4_000_000_000;
export const indexLimit = 64_000_000;
export const singleFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';

const indexSchema = v.object({ weight_map: v.record(v.string(), v.string()) });
const shardName = /^[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors$/;

/** A single file is opened at once, because only its header lists the tensors; shards are opened when they are needed. */
export async function findWeightFiles(files: ModelFiles, options: OptionsFor): Promise<WeightFiles> {
  if (files.weightFiles) return files.weightFiles(options);
  const single = await openFile(files, singleFile, options(singleFile, weightFileLimit)).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'not-found') return null;
    throw error;
  });
  if (single) {
    const fileOf = new Map([...single.shapes.keys()].map((name) => [name, singleFile]));
    return { fileOf, open: opening(files, options, single) };
  }
  const index = await readOptional(files, indexFile, options(indexFile, indexLimit));
  if (!index) {
    throw new UserError(
      'not-found',
      `${files.id} has neither ${singleFile} nor ${indexFile}; weights are read in this format only.`,
    );
  }
  return { fileOf: readIndex(index), open: opening(files, options, null) };
}

/** Whoever opens a file decides how long it stays in memory: the second time it is read again. */
function opening(files: ModelFiles, options: OptionsFor, single: OpenedFile | null): WeightFiles['open'] {
  let first = single;
  const opened = new Set<string>();
  return async (file) => {
    const again = opened.has(file);
    opened.add(file);
    const known = first;
    first = null;
    return known ?? openFile(files, file, { ...options(file, weightFileLimit), ...(again && { again }) });
  };
}

async function openFile(files: ModelFiles, file: string, reading: ReadOptions): Promise<OpenedFile> {
  const parted = await files.open?.(file, reading);
  if (parted) return openParted(parted, reading);
  const bytes = await files.read(file, reading);
  const { tensors } = readSafetensors(bytes, file);
  return {
    bytes: bytes.byteLength,
    held: bytes.byteLength,
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    tensor: async (name) => tensors.get(name) ?? null,
    digest: () => digestOf(bytes),
  };
}

/** Header first, then tensor by tensor. */
async function openParted(file: PartedFile, { signal, onProgress }: ReadOptions): Promise<OpenedFile> {
  const { entries, start } = await readSafetensorsHeader(file);
  const parts = createParts([...entries.keys()], async (name) => {
    throwIfAborted(signal);
    const { from, to } = entries.get(name)!;
    return file.read(from, to);
  });
  let last: { readonly name: string; readonly tensor: FileTensor } | null = null; // parts of a fused tensor follow each other
  return {
    bytes: file.size,
    held: 0,
    shapes: new Map([...entries].map(([name, { shape }]) => [name, shape])),
    digest: parts.digest,
    async tensor(name) {
      if (last?.name === name) return last.tensor;
      const entry = entries.get(name);
      if (!entry) return null;
      const bytes = await parts.read(name);
      onProgress?.(Math.min(start + parts.loaded(), file.size), file.size);
      last = { name, tensor: { dtype: entry.dtype, shape: entry.shape, bytes } };
      return last.tensor;
    },
  };
}

export function readIndex(bytes: Uint8Array): Map<string, string> {
  const parsed = v.safeParse(indexSchema, parseJsonObject(bytes, indexFile));
  if (!parsed.success) throw new UserError('bad-model', `${indexFile} has no weight_map of tensor names to files.`);
  const fileOf = new Map(Object.entries(parsed.output.weight_map));
  for (const shard of fileOf.values()) {
    if (!shardName.test(shard)) {
      throw new UserError(
        'bad-model',
        `${indexFile} names the file "${shard}", which is no safetensors file beside it.`,
      );
    }
  }
  return fileOf;
}

/** Twelve hexadecimal digits that change when the content does; null where the platform offers no digest (pages without HTTPS). */
export async function digestOf(bytes: Uint8Array): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return hexOf(digest.subarray(0, 6));
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Parts of a file that is never in memory as a whole, and a digest of it: every part is hashed when it is first read, and what nobody has read is
 * read for the digest, so that it does not depend on the order.
 */
export function createParts(names: readonly string[], readPart: (name: string) => Promise<Uint8Array>) {
  const digests = new Map<string, string | null>();
  let loaded = 0;
  const read = async (name: string): Promise<Uint8Array> => {
    const bytes = await readPart(name);
    if (!digests.has(name)) {
      loaded += bytes.byteLength;
      digests.set(name, await digestOf(bytes));
    }
    return bytes;
  };
  return {
    read,
    /** Bytes of the parts that have been read, each counted once. */
    loaded: () => loaded,
    async digest(): Promise<string | null> {
      for (const name of names) if (!digests.has(name)) await read(name);
      return digestOf(new TextEncoder().encode(names.map((name) => digests.get(name)).join(' ')));
    },
  };
}
