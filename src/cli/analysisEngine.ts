// What `analyze` needs of an engine: the page's interface, and beside it the plain arrays that only files ask for.

import type { EngineApi, LayerRange, OperatorScope, Scope } from '../engine/protocol';
import type { Pixels } from '../program/input';

export interface AnalysisEngine
  extends Pick<EngineApi, 'open' | 'run' | 'map' | 'row' | 'attribute' | 'lookUp' | 'checkLogits' | 'dispose'> {
  /** What the run was on, when that was an image. */
  pixels(): Pixels | null;
  /** Residual stream before block k; k = blocks: after the last. [token, dModel] */
  hidden(block: number): Promise<ArrayLike<number>>;
  /** Logits of every token, [token, vocab]. */
  logits(): Promise<ArrayLike<number>>;
  /** What a scope maps to: y after the final norm, or the residual stream where the range ends early; and B. Both [token, dModel]. */
  output(scope: Scope): Promise<{ readonly y: ArrayLike<number>; readonly bias: ArrayLike<number> }>;
  /** Post-softmax attention of a block, [head, query, key]. */
  pattern(block: number): Promise<ArrayLike<number>>;
  /** Rollout up to every block of the range, each [token, token]. */
  rollouts(range: LayerRange): Promise<readonly ArrayLike<number>[]>;
  /** Mixing ratio of every block of the range, [token] each. */
  mixingRatios(range: LayerRange): Promise<readonly ArrayLike<number>[]>;
  /** Attention flow over the range: maximum flows, and the same with rows summing to 1. Both [token, token]. */
  flows(range: LayerRange): Promise<{ readonly raw: ArrayLike<number>; readonly normalised: ArrayLike<number> }>;
  /** T[token, :, :, :], or another operator's, [channel, source, channel]. */
  sliceOf(token: number, scope: OperatorScope): Promise<ArrayLike<number>>;
}
