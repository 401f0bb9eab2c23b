// A continuation under way: one token after another, each asked for when the one before is there, so that it can be stopped at any token.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Prediction, PromptRequest, RunSummary } from '../../engine/protocol';
import { type GenerationSettings, maxContinuation } from '../../share/generation';
import { useController } from '../context';

/** A token that the model has written. */
export interface Written {
  readonly id: number;
  readonly piece: string;
  readonly probability: number;
  readonly special: boolean;
  /** Best first. */
  readonly alternatives: readonly Prediction[];
  /** Of the text before it. */
  readonly place: number;
  /** Of its computation; null: it comes from a link. */
  readonly seconds: number | null;
  readonly reused: number;
}

export interface Continuation {
  readonly written: readonly Written[];
  readonly busy: boolean;
  readonly error: string | null;
  /** Why there is no more, a sentence. */
  readonly end: string | null;
  /** The model takes no longer text. */
  readonly full: boolean;
  readonly keptBytes: number;
}

const nothing: Continuation = { written: [], busy: false, error: null, end: null, full: false, keptBytes: 0 };

/** `about`: the prompt and model; another one starts afresh. `shown`: the run on the screen, when it holds a continuation of this prompt. */
export function useGeneration(about: string, shown: RunSummary | null) {
  const controller = useController();
  const [state, setState] = useState<Continuation>(nothing);
  const written = useRef<readonly Written[]>([]);
  const job = useRef<AbortController | null>(null);

  const put = useCallback((list: readonly Written[], change: Partial<Continuation> = {}) => {
    written.current = list;
    setState((now) => ({ ...now, written: list, ...change }));
  }, []);
  const stop = useCallback(() => {
    job.current?.abort();
    job.current = null;
    setState((now) => ({ ...now, busy: false }));
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the prompt is what the effect is about
  useEffect(() => {
    put([], { ...nothing });
    return stop;
  }, [about, put, stop]);

  // A link brings tokens that this page has not written: their alternatives are the run's own predictions.
  useEffect(() => {
    if (shown === null || written.current.length > 0 || job.current !== null) return;
    const list = writtenIn(shown);
    if (list.length > 0) put(list);
  }, [shown, put]);

  const go = useCallback(
    async (prompt: { text: string; chat: boolean }, settings: GenerationSettings, count: number) => {
      job.current?.abort();
      const mine = new AbortController();
      job.current = mine;
      setState((now) => ({ ...now, busy: true, error: null, end: null }));
      const { temperature, topK, topP, seed } = settings;
      const sampling = { temperature, topK, topP, seed };
      try {
        for (let left = count; left > 0; left--) {
          if (written.current.length >= maxContinuation) {
            put(written.current, { end: `The page holds continuations of up to ${maxContinuation} tokens.` });
            break;
          }
          const continuation = written.current.map(({ id }) => id);
          const request: PromptRequest = { ...prompt, continuation };
          const next = await controller.nextToken({ prompt: request, sampling }, { signal: mine.signal });
          if (job.current !== mine) return;
          const { chosen, alternatives, special, tokens: place, seconds, reused, keptBytes } = next;
          const { id, piece, probability } = chosen;
          const token = { id, piece, probability, special, alternatives, place, seconds, reused };
          const end =
            next.end === 'special'
              ? `The model has ended the text with ${piece}.`
              : next.end === 'context'
                ? `The text has ${place} tokens, as many as this model takes: it ends here.`
                : null;
          put([...written.current, token], { keptBytes, end, full: next.end === 'context' });
          if (end !== null) break;
        }
      } catch (error) {
        if (job.current !== mine || mine.signal.aborted) return;
        const sentence = error instanceof Error ? error.message : 'The text could not be continued.';
        setState((now) => ({ ...now, error: sentence }));
      } finally {
        if (job.current === mine) {
          job.current = null;
          setState((now) => ({ ...now, busy: false }));
        }
      }
    },
    [controller, put],
  );

  const back = useCallback(() => put(written.current.slice(0, -1), { end: null, full: false, error: null }), [put]);
  const clear = useCallback(() => {
    stop();
    put([], { end: null, full: false, error: null, keptBytes: 0 });
  }, [put, stop]);
  return { ...state, go, stop, back, clear };
}

function writtenIn({ tokens, predictions }: RunSummary): Written[] {
  return tokens.flatMap(({ id, piece, special, generated }, place) => {
    if (!generated) return [];
    const alternatives = predictions[place - 1] ?? [];
    const probability = alternatives.find((each) => each.id === id)?.probability ?? 0;
    return [{ id, piece, probability, special, alternatives, place, seconds: null, reused: 0 }];
  });
}

/** Tokens a second, of those that only went on; null before there are two. */
export function paceOf(written: readonly Written[]): number | null {
  const own = written.filter(({ reused, seconds }) => reused > 0 && seconds !== null);
  const seconds = own.reduce((sum, each) => sum + each.seconds!, 0);
  return own.length < 2 || seconds === 0 ? null : own.length / seconds;
}
