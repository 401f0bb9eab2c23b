// The page's relation runs: made when the room is first opened, kept as long as the page.

import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { Controller } from '../../state/controller';
import { createRelationRuns, idleRelation, type RelationBench, type RelationWork } from '../../state/relationRuns';
import { useController } from '../context';

const benches = new WeakMap<Controller, RelationBench>();

/** null: the room has not been opened. */
export function relationWork(controller: Controller): RelationWork | null {
  return benches.get(controller)?.store.getState() ?? null;
}

/** `about` names the model: another one starts afresh. What is under way when the room is left is stopped. */
export function useRelation(about: string): RelationWork & Pick<RelationBench, 'ask' | 'stop'> {
  const controller = useController();
  let bench = benches.get(controller);
  if (!bench) {
    bench = createRelationRuns(controller);
    benches.set(controller, bench);
  }
  const { turnTo, ask, stop } = bench;
  useEffect(() => {
    turnTo(about);
    return stop;
  }, [about, turnTo, stop]);
  const work = useStore(bench.store);
  return { ...(work.about === about ? work : idleRelation(about)), ask, stop };
}
