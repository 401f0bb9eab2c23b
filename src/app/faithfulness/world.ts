// The sentences that lie beside an embedded model.

import { families, usable, worldPrompt, worldSentences } from '../../analysis/worldItems';
import { embeddedModels } from '../../share/embedded';
import type { PromptGroup } from '../../state/studies';
import { UserError } from '../../tensor/errors';

const base = () => new URL('./', document.baseURI);

/** `model`: as the settings name it. */
export function hasWorld(model: string): boolean {
  return embeddedModels.some(({ name, world }) => name === model && world === true);
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
  const response = await fetch(new URL(path, base()));
  if (!response.ok) throw new UserError('not-found', `${path} cannot be loaded (${response.status}): try again.`);
  return response.json();
}
