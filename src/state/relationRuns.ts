// Relations under way: one request at a time, the latest wins; what it says while it works, and what came of it. Kept as long as the page, for the model
// that it was asked of, so that exports find it and another room may be looked at in between.

import { createStore } from 'zustand/vanilla';
import type { CallOptions, Progress, RelationRequest, RelationResult } from '../engine/protocol';
import { sentenceOf } from './sentence';

export interface DecodedRelation {
  readonly request: RelationRequest;
  readonly result: RelationResult;
}

export interface RelationWork {
  /** Model that all of it is about. */
  readonly about: string;
  /** What is being computed. */
  readonly doing: 'decode' | 'sweep' | null;
  readonly progress: Progress | null;
  readonly error: string | null;
  readonly decoded: DecodedRelation | null;
  /** The same relation over all layers. */
  readonly sweep: DecodedRelation | null;
}

export const idleRelation = (about: string): RelationWork => ({
  about,
  ...{ doing: null, progress: null, error: null, decoded: null, sweep: null },
});

export interface RelationEngine {
  relation(request: RelationRequest, options: CallOptions): Promise<RelationResult>;
}

export function createRelationRuns(engine: RelationEngine) {
  const store = createStore<RelationWork>(() => idleRelation(''));
  let job: AbortController | null = null;

  function stop(): void {
    job?.abort();
    job = null;
    store.setState({ doing: null, progress: null });
  }

  return {
    store,
    stop,

    /** Another model starts afresh. */
    turnTo(about: string): void {
      if (store.getState().about === about) return;
      stop();
      store.setState(idleRelation(about));
    },

    /** Whether it came to an answer; `request` may throw a UserError. */
    async ask(doing: 'decode' | 'sweep', request: () => RelationRequest): Promise<boolean> {
      job?.abort();
      const mine = new AbortController();
      job = mine;
      const update = (change: Partial<RelationWork>) => {
        if (job === mine) store.setState(change);
      };
      update({ doing, progress: null, error: null, ...(doing === 'decode' && { decoded: null, sweep: null }) });
      try {
        const asked = request();
        const onProgress = (progress: Progress) => update({ progress });
        const result = await engine.relation(asked, { signal: mine.signal, onProgress });
        const answer: DecodedRelation = { request: asked, result };
        update({ doing: null, progress: null, ...(doing === 'decode' ? { decoded: answer } : { sweep: answer }) });
        return job === mine;
      } catch (error) {
        if (!mine.signal.aborted) update({ doing: null, progress: null, error: sentenceOf(error) });
        return false;
      }
    },
  };
}

export type RelationBench = ReturnType<typeof createRelationRuns>;
