// All contributions of a few sources, from the residual stream where they begin: Z[i, j] = δ_ij x_j there. What `push` does from the diagonal written
// out, but the sources stay rows of their own until they meet (compact.ts).

import type { Signal } from './backend';
import { type Expansion, pushCompact, type SharedRows } from './compact';
import type { ReadingContext } from './op';
import type { Path } from './path';
import { type PassCost, type PassRequest, passCost } from './planner';
import type { Checkpoint, FrozenOf } from './readings';
import { rowsOf } from './staggered';

export interface SourceWindow {
  /** Tokens of the prompt. */
  readonly tokens: number;
  readonly causal: boolean;
}

/** `rows`: x at the sources, one column. The result is staggered, from the first source on, when causal, else it covers all tokens; the caller frees it. */
export async function pushSources(
  context: ReadingContext,
  path: Path,
  frozenOf: FrozenOf,
  rows: Signal,
  { tokens, causal }: SourceWindow,
  checkpoint: Checkpoint,
): Promise<Signal> {
  const { backend } = context;
  const ones = backend.upload(new Float32Array(tokens).fill(1), [tokens], 'ones');
  const expansion: Expansion = {
    rows: rowsOf({ tokens: causal ? tokens - rows.firstToken : tokens, columns: rows.tokens, staggered: causal }),
    ones,
    apart(x) {
      const all = { ...x, firstToken: 0, tokens, data: backend.zeros([tokens, 1, x.channels], 'sources') };
      backend.putTokens(all, x);
      const diagonal = backend.diagonal(all, x.firstToken, x.tokens, causal, causal);
      backend.free(all.data);
      return diagonal;
    },
    shared: ({ basis, own, scales, mixed }: SharedRows) =>
      backend.expandSources(mixed!.pattern, basis, own, scales, mixed!.causal),
  };
  try {
    return await pushCompact(context, path, frozenOf, { apart: rows }, expansion, checkpoint);
  } finally {
    backend.free(ones);
  }
}

/** Cost of pushing the `columns` sources from token `firstSource` on. */
export function sourcesCost(request: PassRequest, firstSource: number, columns: number): Promise<PassCost> {
  const window = { tokens: request.tokens, causal: request.program.causal };
  return passCost(
    request,
    (context, path, frozenOf, start, checkpoint) => pushSources(context, path, frozenOf, start, window, checkpoint),
    { firstToken: firstSource, tokens: columns, columns: 1 },
  );
}
