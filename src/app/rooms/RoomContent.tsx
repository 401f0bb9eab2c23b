// A room that is loaded when it is entered; what fails in it stays in it.

import { type ComponentType, type LazyExoticComponent, Suspense } from 'react';
import { Boundary } from '../shared/Boundary';

export function RoomContent({ title, Content }: { title: string; Content: LazyExoticComponent<ComponentType> }) {
  return (
    <main className="room-content" aria-label={title}>
      <Boundary about={title}>
        <Suspense fallback={<p className="slot-note">loading …</p>}>
          <Content />
        </Suspense>
      </Boundary>
    </main>
  );
}
