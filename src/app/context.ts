// The page in React's hands: one hook to read, one to act.

import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Controller } from '../state/controller';
import type { State } from '../state/store';
import type { Page } from './page';

export const PageContext = createContext<Page | null>(null);

function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('A component of the page was used outside <App>.');
  return page;
}

/** Selected values are compared one level deep, so a selector may return a fresh object or list. */
export function useApp<T>(select: (state: State) => T): T {
  return useStore(usePage().store, useShallow(select));
}

export function useController(): Controller {
  return usePage().controller;
}

/** For what reads the whole state at a click (exports). */
export function useGetState(): () => State {
  return usePage().store.getState;
}
