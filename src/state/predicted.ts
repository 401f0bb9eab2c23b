// At which tokens a model predicts something: everywhere, or in a classifier at the one that its head reads. Pure.

import type { RunSummary } from '../engine/protocol';

/** Explained unless another is chosen: the last token that has predictions (in a classifier the one that is read), else the last. */
export function defaultToken(run: RunSummary): number {
  const last = run.predictions.findLastIndex((list) => list.length > 0);
  return last < 0 ? run.tokens.length - 1 : last;
}

/** Whether the model predicts something at a token: elsewhere there is no class to explain. */
export function isExplainable(run: RunSummary, token: number): boolean {
  return (run.predictions[token]?.length ?? 0) > 0;
}
