// Going on with a text token by token. One text at a time keeps its keys and values on the device; a text that goes on from the last one costs its new
// tokens only, any other begins anew.

import { checkSampling, chooseToken } from '../analysis/generation/sample';
import type { ClassNames, ModelTokenizer } from '../models/tokenizer';
import { type CachedRun, keptBytes } from '../program/cachedRun';
import { headPath } from '../program/path';
import { push } from '../program/readings';
import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import { megabytes, passBudget } from './budget';
import { longestThat } from './longest';
import type { CallOptions, NextToken, Sampling } from './protocol';
import { freeing, readAndFree } from './questions/question';
import { refuseOthers } from './questions/relationPrompts';
import { checkInput, predictionOf, predictionsOf } from './runSummary';
import type { Session } from './session';

/** Alternatives listed. */
const listed = 10;

interface Kept {
  readonly run: CachedRun;
  ids: readonly number[];
  /** After the last token. */
  logits: Float64Array;
}

export interface Generation {
  /** The token after these, and what else it might have been. One call at a time; a later one waits. */
  next(ids: readonly number[], sampling: Sampling, options: CallOptions): Promise<NextToken>;
  dispose(): void;
}

export function createGeneration(session: Session, tokenizer: ModelTokenizer, names: ClassNames): Generation {
  const { program, backend } = session;
  let kept: Kept | null = null;
  let before: Promise<unknown> = Promise.resolve();
  let disposed = false;

  const forget = () => {
    kept?.run.dispose();
    kept = null;
  };

  /** What is kept on the device stays within the budget of a pass. */
  async function refuseMemory(tokens: number): Promise<void> {
    const limit = passBudget(backend);
    const bytesOf = (length: number) => keptBytes(program, length, backend.bytesPerNumber);
    if (bytesOf(tokens) <= limit) return;
    const fitting = await longestThat(async (length) => bytesOf(length) <= limit, tokens);
    throw new UserError(
      'over-budget',
      `The keys and values of ${tokens} tokens take ${megabytes(bytesOf(tokens))}, the limit is ${megabytes(limit)}: texts of up to ${fitting} tokens can be continued.`,
    );
  }

  async function logitsAfter(
    ids: readonly number[],
    options: CallOptions,
  ): Promise<Kept & { readonly reused: number }> {
    const known = kept;
    const goesOn = known !== null && known.ids.length <= ids.length && known.ids.every((id, at) => id === ids[at]);
    if (goesOn && known.ids.length === ids.length) return { ...known, reused: ids.length };
    if (!goesOn) forget();
    const run = goesOn ? known.run : await session.cached();
    if (disposed) {
      run.dispose();
      throw cancelled();
    }
    const reused = run.tokens;
    const fresh = ids.slice(reused);
    let done = 0;
    kept = null; // until the pass has ended well
    const y = await run.append(fresh, async () => {
      throwIfAborted(options.signal);
      if (disposed) throw cancelled();
      done++;
      options.onProgress?.({
        name: 'continuation',
        share: Math.min(1, done / Math.max(1, program.ops.length)),
        plan: null,
      });
    });
    const path = headPath(program);
    const last = { ...y, firstToken: 0 };
    const value = await freeing(backend, last, () =>
      push(
        session.context('half'),
        path,
        () => ({}),
        last,
        true,
        () => {},
      ),
    );
    const [read] = await readAndFree(backend, [value.data]);
    const { logitSoftCap } = program;
    const logits = Float64Array.from(read!, (logit) =>
      logitSoftCap === null ? logit : logitSoftCap * Math.tanh(logit / logitSoftCap),
    );
    kept = { run, ids: [...ids], logits };
    return { ...kept, reused };
  }

  async function next(ids: readonly number[], sampling: Sampling, options: CallOptions): Promise<NextToken> {
    const started = performance.now();
    refuseOthers(program, tokenizer);
    checkSampling(sampling);
    if (ids.length > program.contextLength) {
      throw new UserError(
        'bad-prompt',
        `The text has ${program.contextLength} tokens, as many as this model takes: it cannot be continued.`,
      );
    }
    checkInput(ids, program);
    await refuseMemory(ids.length);
    throwIfAborted(options.signal);
    if (disposed) throw cancelled();
    const { logits, reused } = await logitsAfter(ids, options);
    const id = chooseToken(logits, sampling, ids.length);
    const { special } = tokenizer.describe(id);
    return {
      id,
      special,
      text: tokenizer.decode([id]),
      chosen: predictionOf(logits, id, names),
      alternatives: predictionsOf(logits, listed, names),
      tokens: ids.length,
      reused,
      keptBytes: keptBytes(program, ids.length, backend.bytesPerNumber),
      end: special ? 'special' : ids.length + 1 > program.contextLength ? 'context' : null,
      seconds: (performance.now() - started) / 1000,
    };
  }

  return {
    next(ids, sampling, options) {
      const mine = before.then(() => next(ids, sampling, options));
      before = mine.catch(() => {});
      return mine;
    },
    dispose() {
      disposed = true;
      // A pass under way ends at its next checkpoint and frees what it has.
      forget();
    },
  };
}
