// One file over HTTP: progress, a limit, cancelling, and a body that breaks off: what is there is kept and the rest asked for by a byte range;
// a server without ranges sends the file again. What is there can outlive the page: see PartKeeper.

import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import { describeShare, joinChunks, joinParts, type ReadOptions, tooLong } from './files';

export interface DownloadOptions extends ReadOptions {
  /** The sentence for a status that is no success. */
  readonly refused: (response: Response) => UserError;
  /** Milliseconds before each new try after a broken connection. */
  readonly pauses: readonly number[];
  readonly keeper?: PartKeeper;
}

/** Keeps the parts of a file while they come. Parts have any length; they follow each other. */
export interface PartKeeper {
  /** A part this long is kept at once; a shorter one when the download breaks off or is slow. */
  readonly partBytes: number;
  /** Something is kept. */
  readonly holds: boolean;
  /** What an earlier download has left; null: nothing. */
  begun(): Promise<Kept | null>;
  keep(
    part: Uint8Array,
    known: { readonly loaded: number; readonly total: number; readonly tag: string | null },
  ): Promise<void>;
  /** What is kept belongs to another version of the file. */
  drop(): Promise<void>;
}

export interface Kept {
  readonly parts: Uint8Array[];
  readonly loaded: number;
  readonly total: number;
  readonly tag: string | null;
}

export interface Downloaded {
  readonly bytes: Uint8Array;
  /** Of the answer that brought the file, or its last part. */
  readonly headers: Headers;
}

const reportEvery = 100;
/** Milliseconds after which a shorter part (a sixteenth) is kept too. */
const keepEvery = 5000;

/** UserError 'network', 'bad-model', 'cancelled', or what `refused` says. `name` is the file as the sentences call it. */
export async function download(url: string, name: string, options: DownloadOptions): Promise<Downloaded> {
  const { signal, pauses } = options;
  throwIfAborted(signal);
  const state = await startState(options);
  let received = false;
  for (let tries = 0; ; tries++) {
    throwIfAborted(signal);
    const before = state.loaded;
    try {
      const headers = await proceed(url, name, state, options);
      await keepChunks(state, options);
      options.onProgress?.(state.loaded, state.total);
      return { bytes: joinParts(state.parts, state.loaded), headers };
    } catch (error) {
      await keepChunks(state, options);
      if (signal?.aborted) throw cancelled();
      if (error instanceof UserError) throw error;
      received ||= state.loaded > before;
      // Nothing came at all: no connection, or a server that keeps pages of other origins out. Trying again at once would not help.
      if (!received && tries === 0 && !(error instanceof Interrupted)) throw unreachable(url, name, error);
      if (before > 0 && state.loaded > before) tries = 0; // the resumed part brought something
      const pause = pauses[tries];
      if (pause === undefined) throw brokenOff(name, state, error, options);
      await wait(pause, signal);
    }
  }
}

export function unreachable(url: string, name: string, cause: unknown): UserError {
  const { host } = new URL(url);
  return new UserError('network', `${name} could not be loaded: ${host} did not answer. Check the connection.`, {
    cause,
  });
}

/** Servers say "text/html" for error pages, sign-in pages and the pages of an address that is no file store. */
export function refuseHtml(response: Response, name: string): void {
  if (!response.headers.get('content-type')?.includes('text/html')) return;
  const { host } = new URL(response.url || 'http://the-server');
  throw new UserError('bad-model', `${host} answered with a web page (HTML) instead of ${name}: check the address.`);
}

interface State {
  /** Joined, and kept where there is a keeper. */
  readonly parts: Uint8Array[];
  /** What came after them. */
  chunks: Uint8Array[];
  chunkBytes: number;
  loaded: number;
  total: number | null;
  tag: string | null;
  reported: number;
  kept: number;
}

async function startState({ keeper, maxBytes, onProgress }: DownloadOptions): Promise<State> {
  const now = performance.now();
  const fresh = { parts: [], chunks: [], chunkBytes: 0, loaded: 0, total: null, tag: null, reported: 0, kept: now };
  const begun = (await keeper?.begun()) ?? null;
  if (begun === null) return fresh;
  if (begun.total > maxBytes || begun.loaded >= begun.total) {
    await keeper?.drop();
    return fresh;
  }
  onProgress?.(begun.loaded, begun.total);
  return { ...fresh, ...begun };
}

async function startOver(state: State, { keeper }: DownloadOptions): Promise<void> {
  state.parts.length = 0;
  Object.assign(state, { chunks: [], chunkBytes: 0, loaded: 0, total: null });
  await keeper?.drop();
}

/** What came since the last part becomes one. */
async function keepChunks(state: State, { keeper }: DownloadOptions): Promise<void> {
  if (state.chunkBytes === 0) return;
  const part = joinChunks(state.chunks, state.chunkBytes);
  state.parts.push(part);
  Object.assign(state, { chunks: [], chunkBytes: 0, kept: performance.now() });
  const { loaded, total, tag } = state;
  // Without a length it cannot be known later whether the server still has the same file.
  if (total !== null) await keeper?.keep(part, { loaded, total, tag });
}

/** The body is shorter than announced, or the server cannot continue it: not for the reader, the loop above tries again. */
class Interrupted extends Error {}

async function proceed(url: string, name: string, state: State, options: DownloadOptions): Promise<Headers> {
  const { signal, maxBytes, onProgress, keeper } = options;
  const resumed = state.loaded > 0;
  const headers: HeadersInit = resumed ? { Range: `bytes=${state.loaded}-` } : {};
  const response = await fetch(url, { signal: signal ?? null, headers });
  if (resumed && !continues(response, state)) {
    if (response.ok || response.status === 416) await startOver(state, options);
    if (response.status === 206 || response.status === 416) {
      await response.body?.cancel();
      throw new Interrupted('The server has another file now.');
    }
  }
  if (!response.ok) throw options.refused(response);
  refuseHtml(response, name);
  if (state.loaded === 0) {
    state.total = lengthOf(response);
    state.tag = response.headers.get('etag');
  }
  if (state.total !== null && state.total > maxBytes) {
    await response.body?.cancel();
    throw tooLong(name, state.total, maxBytes);
  }
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    state.chunks.push(part.value);
    state.chunkBytes += part.value.byteLength;
    state.loaded += part.value.byteLength;
    if (state.loaded > maxBytes) {
      await reader?.cancel();
      throw tooLong(name, state.loaded, maxBytes);
    }
    const now = performance.now();
    const slow = now - state.kept > keepEvery && 16 * state.chunkBytes >= (keeper?.partBytes ?? Infinity);
    if (slow || state.chunkBytes >= (keeper?.partBytes ?? Infinity)) await keepChunks(state, options);
    if (now - state.reported < reportEvery) continue;
    state.reported = now;
    onProgress?.(state.loaded, state.total);
  }
  // More than announced: the length counted compressed bytes, which a page cannot always see.
  if (state.total !== null && state.loaded < state.total) throw new Interrupted('The body ended early.');
  return response.headers;
}

/** The answer is the rest of what is here. Pages may not see all headers of another origin: what is hidden is not held against it. */
function continues(response: Response, { loaded, total, tag }: State): boolean {
  if (response.status !== 206) return false;
  const newTag = response.headers.get('etag');
  if (tag !== null && newTag !== null && tag !== newTag) return false;
  const range = response.headers.get('content-range');
  if (range === null) return true;
  const [, from, whole] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  return Number(from) === loaded && (total === null || whole === '*' || Number(whole) === total);
}

/** Bytes that will come; null when the server does not say, or counts compressed ones. */
export function lengthOf({ headers }: Response): number | null {
  const length = headers.get('content-length');
  if (length === null || !/^\d{1,15}$/.test(length) || headers.has('content-encoding')) return null;
  return Number(length);
}

function brokenOff(name: string, { loaded, total }: State, cause: unknown, { keeper }: DownloadOptions): UserError {
  const remedy = keeper?.holds ? 'Try again: it goes on from there.' : 'Try again.';
  const sentence = `The connection was lost in ${name}, after ${describeShare(loaded, total)}. ${remedy}`;
  return new UserError('network', sentence, { cause });
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}
