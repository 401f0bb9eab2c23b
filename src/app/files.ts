// Files that lie beside the page: worked examples and their stored results. A missing one is not an error, the page works without.

import type { PictureFile } from '../engine/protocol';
import { maxStoredSize, readSession, type StoredSession } from '../engine/stored';
import { type Example, readExamples } from '../state/examples';
import { maxPictureBytes } from '../state/picture';

const base = new URL('./', document.baseURI);

export async function loadExamples(model: string): Promise<readonly Example[]> {
  if (/[/:]/.test(model)) return []; // of the hub, or the reader's own files
  const response = await fetch(new URL(`models/${encodeURIComponent(model)}/examples.json`, base));
  if (!response.ok) return [];
  return readExamples(await response.json());
}

/** A picture that an example names; null when it is not there. */
export async function loadPicture(model: string, name: string): Promise<PictureFile | null> {
  const path = name.split('/').map(encodeURIComponent).join('/');
  const response = await fetch(new URL(`models/${encodeURIComponent(model)}/${path}`, base));
  // A development server answers a missing file with its own page.
  if (!response.ok || response.headers.get('content-type')?.includes('text/html')) return null;
  if (Number(response.headers.get('content-length') ?? 0) > maxPictureBytes) return null;
  return { name, bytes: new Uint8Array(await response.arrayBuffer()) };
}

export async function loadStored(example: string): Promise<StoredSession | null> {
  const response = await fetch(new URL(`examples/${encodeURIComponent(example)}.json`, base));
  if (!response.ok || Number(response.headers.get('content-length') ?? 0) > maxStoredSize) return null;
  return readSession(await response.text(), 'when used');
}
