// The shell: bar, tokens, controls, maps, inspector, status. Layout only; every part reads the store itself.

import { type ReactNode, useEffect } from 'react';
import './styles/theme.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/panels.css';
import { Bar } from './bar/Bar';
import { FilesDialog } from './bar/FilesDialog';
import { HubDialog } from './bar/HubDialog';
import { PageContext, useApp, useController } from './context';
import { Controls } from './controls/Controls';
import { DropTarget } from './DropTarget';
import { Generation } from './generation/ContinueButton';
import { Inspector } from './inspector/Inspector';
import { Enlarged } from './maps/Enlarged';
import { Maps } from './maps/Maps';
import { Notices } from './Notices';
import type { Page } from './page';
import { RoomContent } from './rooms/RoomContent';
import { RoomTabs } from './rooms/RoomTabs';
import { rooms } from './rooms/rooms';
import { StatusBar } from './StatusBar';
import { Tokens } from './Tokens';

/** `children`: below the maps, above the line of status. */
export function App({ page, children }: { page: Page; children?: ReactNode }) {
  return (
    <PageContext value={page}>
      <button type="button" className="button skip" onClick={() => document.getElementById('maps')?.focus()}>
        Skip to the maps
      </button>
      <Bar />
      <RoomTabs />
      <Notices />
      <Here />
      {children}
      <StatusBar />
      <Enlarged />
      <HubDialog />
      <FilesDialog />
      <DropTarget />
      <EscapeReleases />
    </PageContext>
  );
}

function Here() {
  const room = useApp(({ settings }) => settings.room);
  const { title, Content } = rooms[room];
  if (Content !== null) return <RoomContent title={title} Content={Content} />;
  return (
    <>
      <Tokens />
      <Generation />
      <Workplace />
    </>
  );
}

function Workplace() {
  const hasRun = useApp(({ run }) => run !== null);
  return (
    <main className="workplace" data-empty={!hasRun}>
      <div className="stage">
        <Controls />
        <Maps />
      </div>
      <Inspector />
    </main>
  );
}

/** Esc releases the pins from anywhere but from a field or an open dialog, which have their own use for it. */
function EscapeReleases() {
  const controller = useController();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const typing =
        target instanceof HTMLElement && target.closest('input, textarea, select, [role=dialog], [role=menu]');
      if (event.key === 'Escape' && !event.defaultPrevented && !typing) controller.release();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [controller]);
  return null;
}
