// Files of hub models that stay in the browser (Cache API), keyed by their address. A file lies in one entry, or in parts that were kept while they
// came, so that a download that was broken off goes on later. Where there is no such store (Node, pages without HTTPS) everything is downloaded
// each time. What is stored is used as it is until it is deleted.

import { joinParts } from './files';

const storeName = 'tensorscope-models';

const partUrl = (url: string, part: number) => `${url}?part=${part}`;
const partsHeader = 'x-parts';
const commitHeader = 'x-commit';
/** Of a download that is not complete: what the server said of the file. */
const loadedHeader = 'x-loaded';
const tagHeader = 'x-tag';

/** What the store knows of one file: its bytes, the beginning of it, or that the hub has no such file. */
export type StoredFile =
  | {
      readonly kind: 'file';
      readonly bytes: number;
      /** Of the repository when the file came; null: not told. */
      readonly commit: string | null;
      read(): Promise<Uint8Array | null>;
      /** The file as it lies in the store, not in memory; null when the browser has thrown a part away. */
      blob(): Promise<Blob | null>;
    }
  | { readonly kind: 'begun'; readonly loaded: number; readonly begun: Begun; read(): Promise<Uint8Array[] | null> }
  | { readonly kind: 'absent' };

/** The kept beginning of a file, in so many parts. */
export interface Begun {
  readonly parts: number;
  readonly loaded: number;
  readonly total: number;
  /** The server's mark of this version of the file; null: it gives none. */
  readonly tag: string | null;
}

/** Why something was not kept. */
export type NotKept = 'full' | 'refused';

async function openStore(): Promise<Cache | null> {
  if (!('caches' in globalThis)) return null;
  return caches.open(storeName).catch(() => null);
}

export async function storedFile(url: string): Promise<StoredFile | null> {
  const response = await (await openStore())?.match(url);
  if (!response) return null;
  if (response.status === 404) return { kind: 'absent' };
  const { headers } = response;
  const bytes = Number(headers.get('content-length') ?? 0);
  const parts = Number(headers.get(partsHeader) ?? 0);
  const loaded = headers.get(loadedHeader);
  if (loaded !== null) {
    const begun = { parts, loaded: Number(loaded), total: bytes, tag: headers.get(tagHeader) };
    return { kind: 'begun', loaded: begun.loaded, begun, read: () => readParts(url, parts, begun.loaded) };
  }
  const read = async () => {
    if (parts === 0) return new Uint8Array(await response.arrayBuffer());
    const found = await readParts(url, parts, bytes);
    return found && joinParts(found, bytes);
  };
  const blob = async () => {
    const whole = parts === 0 ? await response.blob() : await joinedBlob(url, parts);
    return whole?.size === bytes ? whole : null;
  };
  return { kind: 'file', bytes, commit: headers.get(commitHeader), read, blob };
}

async function joinedBlob(url: string, parts: number): Promise<Blob | null> {
  const store = await openStore();
  const found: Blob[] = [];
  for (let part = 0; part < parts; part++) {
    const content = await (await store?.match(partUrl(url, part)))?.blob();
    if (content === undefined) return null;
    found.push(content);
  }
  return new Blob(found);
}

/** null when the browser has thrown a part away. */
async function readParts(url: string, parts: number, length: number): Promise<Uint8Array[] | null> {
  const store = await openStore();
  const found: Uint8Array[] = [];
  let loaded = 0;
  for (let part = 0; part < parts; part++) {
    const content = await (await store?.match(partUrl(url, part)))?.arrayBuffer();
    if (content === undefined || loaded + content.byteLength > length) return null;
    found.push(new Uint8Array(content));
    loaded += content.byteLength;
  }
  return loaded === length ? found : null;
}

/** One more part of a file that is coming; `begun` counts it already. */
export async function keepPart(url: string, bytes: Uint8Array, begun: Begun): Promise<NotKept | null> {
  const problem = await put(partUrl(url, begun.parts - 1), new Response(bytes as Uint8Array<ArrayBuffer>));
  if (problem !== null) return problem;
  const headers = {
    'content-length': String(begun.total),
    [partsHeader]: String(begun.parts),
    [loadedHeader]: String(begun.loaded),
    ...(begun.tag === null ? {} : { [tagHeader]: begun.tag }),
  };
  return put(url, new Response(null, { headers }));
}

/** The whole file: in `parts` parts that are kept already, or (0) as one. Without this there is no file. */
export async function keepFile(
  url: string,
  bytes: Uint8Array,
  { parts, commit }: { readonly parts: number; readonly commit: string | null },
): Promise<NotKept | null> {
  const headers = {
    'content-length': String(bytes.byteLength),
    'content-type': 'application/octet-stream',
    [partsHeader]: String(parts),
    ...(commit === null ? {} : { [commitHeader]: commit }),
  };
  return put(url, new Response(parts > 0 ? null : (bytes as Uint8Array<ArrayBuffer>), { headers }));
}

/** Models may lack optional files; offline that must be known too. */
export async function keepAbsence(url: string): Promise<void> {
  await put(url, new Response(null, { status: 404 }));
}

async function put(url: string, response: Response): Promise<NotKept | null> {
  const store = await openStore();
  if (store === null) return 'refused';
  return store.put(url, response).then(
    () => null,
    (error: unknown) => ((error as Error | null)?.name === 'QuotaExceededError' ? 'full' : 'refused'),
  );
}

/** Everything of one file: its parts too. */
export async function deleteFile(url: string): Promise<void> {
  await deleteFiles((await storedUrls()).filter((stored) => stored === url || stored.startsWith(`${url}?part=`)));
}

/** Addresses of everything stored. */
export async function storedUrls(): Promise<readonly string[]> {
  const store = await openStore();
  return store === null ? [] : (await store.keys()).map(({ url }) => url);
}

export async function deleteFiles(urls: readonly string[]): Promise<void> {
  const store = await openStore();
  await Promise.all(urls.map((url) => store?.delete(url)));
}
