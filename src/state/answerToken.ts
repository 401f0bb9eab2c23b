// Where a run's answer stands: the token that is explained while nothing is pinned.

import type { RunSummary } from '../engine/protocol';

export function answerToken({ answerToken, tokens }: RunSummary): number {
  return answerToken ?? tokens.length - 1;
}
