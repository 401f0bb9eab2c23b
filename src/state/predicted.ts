// At which tokens a model predicts something: everywhere, or in a classifier at the one that its head reads. Pure.

import type { RunSummary } from '../engine/protocol';

/** Whether the model predicts something at a token: elsewhere there is no class to explain. */
export function isExplainable(run: RunSummary, token: number): boolean {
  return (run.predictions[token]?.length ?? 0) > 0;
}
