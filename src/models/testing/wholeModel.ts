// A model all of whose weights have been read, as a session reads them.

import type { ModelFiles } from '../files';
import { type LoadedModel, type LoadOptions, loadModel } from '../load';

export async function loadWhole(files: ModelFiles, options?: LoadOptions): Promise<LoadedModel> {
  const model = await loadModel(files, options);
  for (const name of model.weights.names) await model.weights.take(name);
  return model;
}
