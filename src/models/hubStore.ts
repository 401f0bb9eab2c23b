// Files of hub models that stay in the browser (Cache API), keyed by their address. Where there is no such store (Node, pages without HTTPS)
// everything is downloaded each time. What is stored is used as it is until it is deleted.

const storeName = 'tensorscope-models';

/** What the store knows of one file: its bytes, or that the hub has no such file. */
export type StoredFile =
  | { readonly kind: 'file'; readonly response: Response; readonly bytes: number }
  | { readonly kind: 'absent' };

async function openStore(): Promise<Cache | null> {
  if (!('caches' in globalThis)) return null;
  return caches.open(storeName).catch(() => null);
}

export async function storedFile(url: string): Promise<StoredFile | null> {
  const response = await (await openStore())?.match(url);
  if (!response) return null;
  if (response.status === 404) return { kind: 'absent' };
  return { kind: 'file', response, bytes: Number(response.headers.get('content-length') ?? 0) };
}

/** Does nothing when the store is full: the model then works now, and is not in the list. */
export async function keepFile(url: string, bytes: Uint8Array): Promise<void> {
  const headers = { 'content-length': String(bytes.byteLength), 'content-type': 'application/octet-stream' };
  await put(url, new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
}

/** Models may lack optional files; offline that must be known too. */
export async function keepAbsence(url: string): Promise<void> {
  await put(url, new Response(null, { status: 404 }));
}

async function put(url: string, response: Response): Promise<void> {
  await (await openStore())?.put(url, response).catch(() => undefined);
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
