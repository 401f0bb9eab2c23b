// Files that lie beside the page: worked examples and their stored results. A missing one is not an error, the page works without.

import { maxStoredSize, readSession, type StoredSession } from '../engine/stored';
import { type Example, readExamples } from '../state/examples';

const base = new URL('./', document.baseURI);

export async function loadExamples(model: string): Promise<readonly Example[]> {
  if (/[/:]/.test(model)) return []; // of the hub, or the reader's own files
  const response = await fetch(new URL(`models/${encodeURIComponent(model)}/examples.json`, base));
  if (!response.ok) return [];
  return readExamples(await response.json());
}

export async function loadStored(example: string): Promise<StoredSession | null> {
  const response = await fetch(new URL(`examples/${encodeURIComponent(example)}.json`, base));
  if (!response.ok || Number(response.headers.get('content-length') ?? 0) > maxStoredSize) return null;
  return readSession(await response.text());
}
