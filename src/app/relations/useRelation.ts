// A relation under way: one request at a time, the latest wins; what it says while it works, and what came of it.

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Progress, RelationRequest, RelationResult } from '../../engine/protocol';
import { useController } from '../context';

export interface RelationWork {
  /** What is being computed. */
  readonly doing: 'decode' | 'sweep' | null;
  readonly progress: Progress | null;
  readonly error: string | null;
  readonly result: RelationResult | null;
  readonly sweep: RelationResult | null;
}

const idle: RelationWork = { doing: null, progress: null, error: null, result: null, sweep: null };

/** `about` names the model: another one starts afresh. */
export function useRelation(about: string) {
  const controller = useController();
  const [work, setWork] = useState<RelationWork>(idle);
  const job = useRef<AbortController | null>(null);
  const stop = useCallback(() => {
    job.current?.abort();
    job.current = null;
    setWork((now) => ({ ...now, doing: null, progress: null }));
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the model is what the effect is about
  useEffect(() => {
    setWork(idle);
    return stop;
  }, [about, stop]);

  const ask = useCallback(
    async (doing: 'decode' | 'sweep', request: () => RelationRequest): Promise<boolean> => {
      job.current?.abort();
      const mine = new AbortController();
      job.current = mine;
      const update = (change: Partial<RelationWork>) => {
        if (job.current === mine) setWork((now) => ({ ...now, ...change }));
      };
      update({ doing, progress: null, error: null, ...(doing === 'decode' && { result: null, sweep: null }) });
      try {
        const answer = await controller.relation(request(), {
          signal: mine.signal,
          onProgress: (progress) => update({ progress }),
        });
        update({ doing: null, progress: null, [doing === 'decode' ? 'result' : 'sweep']: answer });
        return job.current === mine;
      } catch (error) {
        if (!mine.signal.aborted) {
          const sentence = error instanceof Error ? error.message : 'The relation could not be decoded.';
          update({ doing: null, progress: null, error: sentence });
        }
        return false;
      }
    },
    [controller],
  );
  return { ...work, ask, stop };
}
