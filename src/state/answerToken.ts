// At which tokens a model predicts something: everywhere, or in a classifier at the one that stands for its answer. Pure.

import type { RunSummary } from '../engine/protocol';

/** Where a run's answer stands: the token that is explained while nothing is pinned. */
export function answerToken({ answerToken, tokens }: RunSummary): number {
  return answerToken ?? tokens.length - 1;
}

/** Whether the model predicts something at a token: elsewhere there is no class to explain. */
export function isExplainable(run: RunSummary, token: number): boolean {
  return (run.predictions[token]?.length ?? 0) > 0;
}
