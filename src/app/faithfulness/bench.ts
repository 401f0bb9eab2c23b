// The page's faithfulness tests: made when the tab is first opened, kept as long as the page, so that a test goes on while another tab is looked at.

import { useStore } from 'zustand';
import type { Controller } from '../../state/controller';
import type { State } from '../../state/store';
import { createStudies, type Studies, type StudyBench } from '../../state/studies';
import { useController, useGetState } from '../context';

const benches = new WeakMap<Controller, StudyBench>();

function benchOf(controller: Controller, getState: () => State): StudyBench {
  let bench = benches.get(controller);
  if (!bench) {
    bench = createStudies({ getState, answering: controller.answering });
    benches.set(controller, bench);
  }
  return bench;
}

/** null: the tab has not been opened. */
export function knownStudies(controller: Controller): Studies | null {
  return benches.get(controller)?.store.getState() ?? null;
}

export function useBench(): StudyBench {
  return benchOf(useController(), useGetState());
}

export function useStudies(): Studies {
  return useStore(useBench().store);
}
