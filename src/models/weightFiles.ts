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

/** A single file is read at once, because only its header lists the tensors; shards are read when they are opened. */
export async function findWeightFiles(files: ModelFiles, options: OptionsFor): Promise<WeightFiles> {
  const bytes = await readOptional(files, singleFile, options(singleFile, weightFileLimit));
  if (bytes) {
    const opened = { bytes, tensors: readSafetensors(bytes, singleFile).tensors };
    return { fileOf: new Map([...opened.tensors.keys()].map((name) => [name, singleFile])), open: async () => opened };
  }
  const index = await readOptional(files, indexFile, options(indexFile, indexLimit));
  if (!index) {
    throw new UserError(
      'not-found',
      `${files.id} has neither ${singleFile} nor ${indexFile}; weights are read in this format only.`,
    );
  }
  const open = async (file: string) => {
    const content = await files.read(file, options(file, weightFileLimit));
    return { bytes: content, tensors: readSafetensors(content, file).tensors };
  };
  return { fileOf: readIndex(index), open };
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
  return [...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
