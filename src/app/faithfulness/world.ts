// The sentences that lie beside an embedded model.

import { families, usable, worldPrompt, worldSentences } from '../../analysis/worldItems';
import type { PromptGroup } from '../../state/studies';
import { UserError } from '../../tensor/errors';

const models = ['tiny-world', 'tiny-world-encoder'];
const base = new URL('./', document.baseURI);

/** Other embedded models have no world of sentences. */
export function hasWorld(model: string): boolean {
  return models.includes(model);
}

/** The first `each` sentences of every family. */
export async function loadWorld(model: string, each: number): Promise<PromptGroup[]> {
  const sentences = worldSentences(await loadJson(`models/${model}/world.json`));
  return Object.entries(families).map(([name, title]) => ({
    name,
    title,
    prompts: sentences
      .filter((sentence) => sentence.family === name && usable(sentence))
      .slice(0, each)
      .map(worldPrompt),
  }));
}

export async function loadJson(path: string): Promise<unknown> {
  const response = await fetch(new URL(path, base));
  if (!response.ok) throw new UserError('not-found', `${path} cannot be loaded (${response.status}): try again.`);
  return response.json();
}
