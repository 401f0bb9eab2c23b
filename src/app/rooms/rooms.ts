// The rooms of the page. The analysis is there at once; each other room is a file of its own that is loaded when it is entered.
// A new room is a name in share/settings.ts and share/fields.ts, and a line here.

import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { RoomName } from '../../share/settings';

interface Room {
  readonly title: string;
  /** null: the analysis itself. */
  readonly Content: LazyExoticComponent<ComponentType> | null;
}

export const rooms: Readonly<Record<RoomName, Room>> = {
  analysis: { title: 'Analysis', Content: null },
  compare: { title: 'Compare', Content: lazy(() => import('../compare/CompareRoom')) },
  relations: { title: 'Relations', Content: lazy(() => import('../relations/RelationsRoom')) },
};
