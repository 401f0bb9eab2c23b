// One file over HTTP: progress, a limit, cancelling, and a body that breaks off: what is there is kept and the rest asked for by a byte range;
// a server without ranges sends the file again.

import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import { describeShare, joinChunks, type ReadOptions, tooLong } from './files';

export interface DownloadOptions extends ReadOptions {
  /** The sentence for a status that is no success. */
  readonly refused: (response: Response) => UserError;
  /** Milliseconds before each new try after a broken connection. */
  readonly pauses: readonly number[];
}

const reportEvery = 100;

/** UserError 'network', 'bad-model', 'cancelled', or what `refused` says. `name` is the file as the sentences call it. */
export async function download(url: string, name: string, options: DownloadOptions): Promise<Uint8Array> {
  const { signal, pauses } = options;
  const state: Partial = { chunks: [], loaded: 0, total: null, tag: null, reported: 0 };
  for (let tries = 0; ; tries++) {
    throwIfAborted(signal);
    const before = state.loaded;
    try {
      await proceed(url, name, state, options);
      options.onProgress?.(state.loaded, state.total);
      return joinChunks(state.chunks, state.loaded);
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      if (error instanceof UserError) throw error;
      // Nothing came at all: no connection, or a server that keeps pages of other origins out. Trying again at once would not help.
      if (state.loaded === 0 && tries === 0) throw unreachable(url, name, error);
      if (before > 0 && state.loaded > before) tries = 0; // the resumed part brought something
      const pause = pauses[tries];
      if (pause === undefined) throw brokenOff(name, state, error);
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

interface Partial {
  chunks: Uint8Array[];
  loaded: number;
  total: number | null;
  tag: string | null;
  reported: number;
}

/** The body is shorter than announced, or the server cannot continue it: not for the reader, the loop above tries again. */
class Interrupted extends Error {}

async function proceed(url: string, name: string, state: Partial, options: DownloadOptions): Promise<void> {
  const { signal, maxBytes, onProgress } = options;
  const resumed = state.loaded > 0;
  const headers: HeadersInit = resumed ? { Range: `bytes=${state.loaded}-` } : {};
  const response = await fetch(url, { signal: signal ?? null, headers });
  if (resumed && !continues(response, state)) {
    Object.assign(state, { chunks: [], loaded: 0, total: null });
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
    state.loaded += part.value.byteLength;
    if (state.loaded > maxBytes) {
      await reader?.cancel();
      throw tooLong(name, state.loaded, maxBytes);
    }
    const now = performance.now();
    if (now - state.reported < reportEvery) continue;
    state.reported = now;
    onProgress?.(state.loaded, state.total);
  }
  // More than announced: the length counted compressed bytes, which a page cannot always see.
  if (state.total !== null && state.loaded < state.total) throw new Interrupted('The body ended early.');
}

/** The answer is the rest of what is here. Pages may not see all headers of another origin: what is hidden is not held against it. */
function continues(response: Response, { loaded, total, tag }: Partial): boolean {
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

function brokenOff(name: string, { loaded, total }: Partial, cause: unknown): UserError {
  const sentence = `The connection was lost in ${name}, after ${describeShare(loaded, total)}. Try again: files that are complete are kept.`;
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
