// Where a model's files come from, as the loader sees it. The sources are embedded.ts and hub.ts (fetch), local.ts (files that the reader has
// chosen in the page), folder.ts (Node), and ggufFiles.ts (one GGUF file from any of them).

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import type { FileTensor } from './safetensors';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far; `total` null where the source does not say. */
  readonly onProgress?: ((loaded: number, total: number | null) => void) | undefined;
  /** Another tab downloads it: this one waits for that. */
  readonly onWaiting?: (() => void) | undefined;
  /** A longer file is refused before it is read. */
  readonly maxBytes: number;
  /** The file was read before, and is not worth a second download: UserError 'network' where that would be needed. */
  readonly again?: boolean;
}

/** Files up to this size are worth their memory: reading them again would cost more. */
export const keptBytes = 64_000_000;

export interface ModelFiles {
  /** "tiny-world", or a folder's name. */
  readonly id: string;
  /** null: the source knows none; the loader then makes one from the content. */
  readonly revision: string | null;
  /** Over the network, where a file that is not there costs a request and an error in the browser's console. */
  readonly remote?: boolean;
  /**
   * The file's bytes. UserError: 'not-found' when there is no such file, 'network' when reading failed, 'bad-model' beyond `maxBytes`,
   * 'cancelled'.
   */
  read(name: string, options: ReadOptions): Promise<Uint8Array>;
  /** The same file to be read in parts; left out, or null, where it is to be read as a whole. */
  readonly open?: (name: string, options: ReadOptions) => Promise<PartedFile | null>;
  /** Weights that do not lie in safetensors files. */
  readonly weightFiles?: (options: OptionsFor) => Promise<WeightFiles>;
  /** Sentences that the reader must see, known once everything is read. */
  readonly remarks?: () => readonly string[];
}

/** A file of which parts can be read without the rest. */
export interface PartedFile {
  /** Without folders, as sentences call it. */
  readonly name: string;
  readonly size: number;
  /** Bytes [from, to) of it, which lie within the file. UserError 'network' when they cannot be read. */
  read(from: number, to: number): Promise<Uint8Array>;
}

export interface WeightFiles {
  /** Tensor name → the file it lies in. */
  readonly fileOf: ReadonlyMap<string, string>;
  /** Checks one file; its tensors are read when they are asked for. */
  open(file: string): Promise<OpenedFile>;
  /** The quantised type of most numbers, for the title; left out: not quantised. */
  readonly storedAs?: string;
  /** What the reader must know of these weights. */
  readonly remark?: string;
}

export interface OpenedFile {
  /** Length of the file. */
  readonly bytes: number;
  /** Bytes of it that stay in memory as long as it is open. */
  readonly held: number;
  /** Of all its tensors, by its header. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** null: the file has no such tensor. */
  tensor(name: string): Promise<FileTensor | null>;
  /** Of the content; reads what has not been read. See digestOf. */
  digest(): Promise<string | null>;
}

/** Options for reading a file of that name. */
export type OptionsFor = (file: string, maxBytes: number) => ReadOptions;

/** null when there is no such file. */
export async function readOptional(files: ModelFiles, name: string, options: ReadOptions): Promise<Uint8Array | null> {
  try {
    return await files.read(name, options);
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-found') return null;
    throw error;
  }
}

/** Parsed JSON; UserError 'bad-model' that says so when it is a web page or not JSON. */
export function parseJson(bytes: Uint8Array, name: string): unknown {
  const text = new TextDecoder().decode(bytes);
  if (/^\s*</.test(text)) {
    throw new UserError(
      'bad-model',
      `${name} is a web page (HTML), not JSON: the address leads to something else than the model.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError('bad-model', `${name} is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
}

const jsonObject = v.record(v.string(), v.unknown());

export function parseJsonObject(bytes: Uint8Array, name: string): Record<string, unknown> {
  const value = parseJson(bytes, name);
  if (v.is(jsonObject, value) && !Array.isArray(value)) return value;
  throw new UserError('bad-model', `${name} is not a JSON object.`);
}

/** Of a size in words: "12.3 MB". */
export function describeBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** step).toFixed(1))} ${units[step]}`;
}

/** How far a download is: "12.3 MB of 50 MB". */
export function describeShare(loaded: number, total: number | null): string {
  return total === null ? describeBytes(loaded) : `${describeBytes(loaded)} of ${describeBytes(total)}`;
}

export function tooLong(file: string, bytes: number, maxBytes: number): UserError {
  return new UserError(
    'bad-model',
    `${file} has ${describeBytes(bytes)}, more than the ${describeBytes(maxBytes)} that are read of such a file: choose a smaller model.`,
  );
}

export function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** As joinChunks, and takes the parts out of the list as it goes, so that a large file is not in memory twice. */
export function joinParts(parts: Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts.pop()!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (let part = parts.shift(); part; part = parts.shift()) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
