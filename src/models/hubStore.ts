// Files of hub models that stay in the browser (Cache API), keyed by their address. Where there is no such store (Node, pages without HTTPS)
// everything is downloaded each time. What is stored is used as it is until it is deleted.

const storeName = 'tensorscope-models';

/** Browsers refuse very large entries (measured: Chromium in private windows, between 200 and 270 MB): longer files lie in parts. */
const partBytes = 64_000_000;
const partUrl = (url: string, part: number) => `${url}?part=${part}`;
const partsHeader = 'x-parts';

/** What the store knows of one file: its bytes, or that the hub has no such file. */
export type StoredFile =
  | { readonly kind: 'file'; readonly bytes: number; read(): Promise<Uint8Array | null> }
  | { readonly kind: 'absent' };

async function openStore(): Promise<Cache | null> {
  if (!('caches' in globalThis)) return null;
  return caches.open(storeName).catch(() => null);
}

export async function storedFile(url: string): Promise<StoredFile | null> {
  const response = await (await openStore())?.match(url);
  if (!response) return null;
  if (response.status === 404) return { kind: 'absent' };
  const bytes = Number(response.headers.get('content-length') ?? 0);
  const parts = Number(response.headers.get(partsHeader) ?? 0);
  const read = async () => (parts > 0 ? readParts(url, parts, bytes) : new Uint8Array(await response.arrayBuffer()));
  return { kind: 'file', bytes, read };
}

/** null when the browser has thrown a part away. */
async function readParts(url: string, parts: number, length: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(length);
  const store = await openStore();
  let at = 0;
  for (let part = 0; part < parts; part++) {
    const content = await (await store?.match(partUrl(url, part)))?.arrayBuffer();
    if (content === undefined || at + content.byteLength > length) return null;
    bytes.set(new Uint8Array(content), at);
    at += content.byteLength;
  }
  return at === length ? bytes : null;
}

/** Does nothing when the store is full: the model then works now, is not complete in the list, and the page says so. */
export async function keepFile(url: string, bytes: Uint8Array): Promise<void> {
  const headers = { 'content-length': String(bytes.byteLength), 'content-type': 'application/octet-stream' };
  const parts = bytes.byteLength > partBytes ? Math.ceil(bytes.byteLength / partBytes) : 0;
  for (let part = 0; part < parts; part++) {
    const content = bytes.subarray(part * partBytes, (part + 1) * partBytes) as Uint8Array<ArrayBuffer>;
    if (await put(partUrl(url, part), new Response(content))) continue;
    await deleteFiles(Array.from({ length: part }, (_, done) => partUrl(url, done)));
    return;
  }
  // Last: without it there is no file.
  const whole = parts > 0 ? null : (bytes as Uint8Array<ArrayBuffer>);
  await put(url, new Response(whole, { headers: { ...headers, [partsHeader]: String(parts) } }));
}

/** Models may lack optional files; offline that must be known too. */
export async function keepAbsence(url: string): Promise<void> {
  await put(url, new Response(null, { status: 404 }));
}

async function put(url: string, response: Response): Promise<boolean> {
  const store = await openStore();
  return (
    (await store?.put(url, response).then(
      () => true,
      () => false,
    )) ?? false
  );
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
