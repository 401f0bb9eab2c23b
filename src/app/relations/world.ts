// The relations that an embedded model brings, from the world.json beside it; none for other models.

import { type WorldRelation, worldRelations } from '../../analysis/relations/world';

const maxBytes = 4_000_000;

export async function loadWorld(model: string, signal: AbortSignal): Promise<readonly WorldRelation[]> {
  if (/[/:]/.test(model)) return []; // of the hub, or the reader's own files
  const url = new URL(`./models/${encodeURIComponent(model)}/world.json`, document.baseURI);
  const response = await fetch(url, { signal });
  // A development server answers a missing file with its own page.
  if (!response.ok || response.headers.get('content-type')?.includes('text/html')) return [];
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) return [];
  return worldRelations(await response.json());
}
