// A hub inside a test: answers to fetch, a store in memory, and a whole small model that it serves.

import { readFile } from 'node:fs/promises';
import { vi } from 'vitest';
import { hubFiles } from '../hub';
import { hubPlace } from '../hubPlace';
import { loadModel } from '../load';

export const place = hubPlace('acme/tiny', 'main', 'http://mirror.test/');
export const base = 'http://mirror.test/acme/tiny/resolve/main/';
export const options = { maxBytes: 1_000_000 };
export const files = () => hubFiles(place, { pauses: [0, 0] });
export const bytesOf = (text: string) => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export type Answer = (request: {
  url: string;
  method: string;
  range: string | null;
  signal: AbortSignal | null;
}) => Response;

export function server(answer: Answer) {
  const fetched = vi.fn(async (url: string, init: RequestInit = {}) => {
    const range = new Headers(init.headers).get('range');
    return answer({ url, method: init.method ?? 'GET', range, signal: init.signal ?? null });
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

/** Announces `total` bytes, sends these and then fails or just ends. */
export function broken(text: string, total: number, how: 'fails' | 'ends', init: ResponseInit = {}): Response {
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!sent) controller.enqueue(bytesOf(text));
      else if (how === 'fails') controller.error(new TypeError('network error'));
      else controller.close();
      sent = true;
    },
  });
  return new Response(body, { ...init, headers: { 'content-length': String(total), ...init.headers } });
}

/** The Cache API, as far as it is used. */
export function storage() {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => void kept.set(url, response),
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async (url: string) => kept.delete(url),
  };
  vi.stubGlobal('caches', { open: async () => cache });
  return { kept, cache };
}

/** An answer that arrives in pieces of a megabyte. */
export const streamed = (bytes: Uint8Array, init: ResponseInit = {}) => {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + 1_000_000));
      at += 1_000_000;
    },
  });
  return new Response(body, { ...init, headers: { 'content-length': String(bytes.length), ...init.headers } });
};

/** The tiny Llama on the hub: its files, which a test may change, and what the hub answers; `online` may be switched. */
export async function llamaOnHub() {
  const content = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of ['config.json', 'model.safetensors']) {
    content.set(file, new Uint8Array(await readFile(`fixtures/tiny/llama/${file}`)));
  }
  const hub = {
    content,
    online: true,
    serve: (({ url, method }) => {
      if (!hub.online) throw new TypeError('fetch failed');
      const body = url.startsWith(base) ? content.get(url.slice(base.length)) : undefined;
      if (body === undefined) return new Response('', { status: 404 });
      return new Response(method === 'HEAD' ? null : body, { headers: { 'content-length': String(body.byteLength) } });
    }) as Answer,
    size: () => [...content.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
    load: async () => {
      const model = await loadModel(hubFiles(place));
      await model.tokenizer();
      return model;
    },
  };
  return hub;
}
