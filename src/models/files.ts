// Where a model's files come from, as the loader sees it. The sources are embedded.ts and hub.ts
// (fetch) and folder.ts (Node).

import * as v from 'valibot';
import { UserError } from '../tensor/errors';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far; `total` null where the source does not say. */
  readonly onProgress?: ((loaded: number, total: number | null) => void) | undefined;
  /** A longer file is refused before it is read. */
  readonly maxBytes: number;
  /** The file was read before, and is not worth a second download: UserError 'network' where that would be needed. */
  readonly again?: boolean;
}

export interface ModelFiles {
  /** "tiny-world", or a folder's name. */
  readonly id: string;
  /** null: the source knows none; the loader then makes one from the content. */
  readonly revision: string | null;
  /**
   * The file's bytes. UserError: 'not-found' when there is no such file, 'network' when reading failed, 'bad-model' beyond `maxBytes`,
   * 'cancelled'.
   */
  read(name: string, options: ReadOptions): Promise<Uint8Array>;
}

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
