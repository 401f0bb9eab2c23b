// What a model under test is called: a folder's own name ("main", of a revision) says nothing.

import type { ModelInfo } from '../../src/engine/protocol';

/** "smollm2 (Llama)"; an embedded model has its name in its title already. */
export function titleOf(name: string, { title, id }: Pick<ModelInfo, 'title' | 'id'>): string {
  return title.startsWith(id) ? `${name}${title.slice(id.length)}` : title;
}
