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
  const single = await openFile(files, singleFile, options).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'not-found') return null;
    throw error;
  });
  if (single) {
    return { fileOf: new Map(single.names.map((name) => [name, singleFile])), open: async () => single };
  }
  const index = await readOptional(files, indexFile, options(indexFile, indexLimit));
  if (!index) {
    throw new UserError(
      'not-found',
      `${files.id} has neither ${singleFile} nor ${indexFile}; weights are read in this format only.`,
    );
  }
  return { fileOf: readIndex(index), open: (file) => openFile(files, file, options) };
}

type NamedFile = OpenedFile & { readonly names: readonly string[] };

async function openFile(files: ModelFiles, file: string, options: OptionsFor): Promise<NamedFile> {
  const reading = options(file, weightFileLimit);
  if (files.open) return openParted(await files.open(file, reading), reading);
  const bytes = await files.read(file, reading);
  const { tensors } = readSafetensors(bytes, file);
  return {
    bytes: bytes.byteLength,
    names: [...tensors.keys()],
    tensor: async (name) => tensors.get(name) ?? null,
    digest: () => digestOf(bytes),
  };
}

/** Header first, then tensor by tensor. */
async function openParted(file: PartedFile, { signal, onProgress }: ReadOptions): Promise<NamedFile> {
  const { entries, start } = await readSafetensorsHeader(file);
  const digest = createDigest();
  let last: { readonly name: string; readonly tensor: FileTensor } | null = null; // parts of a fused tensor follow each other
  let loaded = start;
  return {
    bytes: file.size,
    names: [...entries.keys()],
    digest: () => digest.end(),
    async tensor(name) {
      if (last?.name === name) return last.tensor;
      const entry = entries.get(name);
      if (!entry) return null;
      throwIfAborted(signal);
      const bytes = await file.read(entry.from, entry.to);
      await digest.add(bytes);
      loaded += bytes.byteLength;
      onProgress?.(Math.min(loaded, file.size), file.size);
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

/** A digest of parts in their order, for content that is never in memory as a whole. */
export function createDigest() {
  const parts: (string | null)[] = [];
  return {
    add: async (bytes: Uint8Array) => void parts.push(await digestOf(bytes)),
    end: (): Promise<string | null> => digestOf(new TextEncoder().encode(parts.join(' '))),
  };
}
