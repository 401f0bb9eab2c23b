// The weight files of a model: one model.safetensors, or shards with an index that says which tensor lies in which.

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import { type ModelFiles, parseJsonObject, type ReadOptions, readOptional } from './files';
import { type FileTensor, readSafetensors } from './safetensors';

export interface WeightFiles {
  /** Tensor name → the file it lies in. */
  readonly fileOf: ReadonlyMap<string, string>;
  /** Reads and checks one file. */
  open(file: string): Promise<OpenedFile>;
}

export interface OpenedFile {
  readonly bytes: Uint8Array;
  readonly tensors: ReadonlyMap<string, FileTensor>;
}

/** Options for reading a file of that name. */
export type OptionsFor = (file: string, maxBytes: number) => ReadOptions;

export const weightFileLimit = 4_000_000_000;
export const indexLimit = 64_000_000;
export const singleFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';

const indexSchema = v.object({ weight_map: v.record(v.string(), v.string()) });
const shardName = /^[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors$/;

/** A single file is read at once, because only its header lists the tensors; shards are read when they are opened. Neither is kept. */
export async function findWeightFiles(files: ModelFiles, options: OptionsFor): Promise<WeightFiles> {
  const open = async (file: string, more: Partial<ReadOptions>): Promise<OpenedFile> => {
    const bytes = await files.read(file, { ...options(file, weightFileLimit), ...more });
    return { bytes, tensors: readSafetensors(bytes, file).tensors };
  };
  const openAgain = (file: string) => open(file, { again: true });
  const bytes = await readOptional(files, singleFile, options(singleFile, weightFileLimit));
  if (bytes) {
    let first: OpenedFile | null = { bytes, tensors: readSafetensors(bytes, singleFile).tensors };
    return {
      fileOf: new Map([...first.tensors.keys()].map((name) => [name, singleFile])),
      async open(file) {
        const opened = first ?? (await openAgain(file));
        first = null; // whoever opens it decides how long it stays in memory
        return opened;
      },
    };
  }
  const index = await readOptional(files, indexFile, options(indexFile, indexLimit));
  if (!index) {
    throw new UserError(
      'not-found',
      `${files.id} has neither ${singleFile} nor ${indexFile}; weights are read in this format only.`,
    );
  }
  const opened = new Set<string>();
  return {
    fileOf: readIndex(index),
    open(file) {
      const again = opened.has(file);
      opened.add(file);
      return again ? openAgain(file) : open(file, {});
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

/** The platform copies what it hashes: longer files are hashed in pieces, and then the digests of these. */
const hashedAtOnce = 64_000_000;

/** Twelve hexadecimal digits that change when the content does; null where the platform offers no digest (pages without HTTPS). */
export async function digestOf(bytes: Uint8Array): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  if (bytes.byteLength > hashedAtOnce) {
    const digests: (string | null)[] = [];
    for (let at = 0; at < bytes.byteLength; at += hashedAtOnce)
      digests.push(await digestOf(bytes.subarray(at, at + hashedAtOnce)));
    return digestOf(new TextEncoder().encode(digests.join(' ')));
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return [...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
