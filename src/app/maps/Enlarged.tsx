// One picture over the full window: a map (of a model of images, the picture with it) or the flow graph. Part of the link, like everything on the
// screen.

import * as Dialog from '@radix-ui/react-dialog';
import { lazy, Suspense } from 'react';
import { overlays } from '../../share/fields';
import type { PanelName } from '../../share/settings';
import { help } from '../../state/help';
import { useApp, useController } from '../context';
import { ShownPicture } from '../picture/ShownPicture';
import { Boundary } from '../shared/Boundary';
import { Panel, panelTitle } from './Panel';

const FlowGraphTab = lazy(() => import('../flowGraph/FlowGraphTab'));

export function Enlarged() {
  const { enlarged, map, hasRun } = useApp(({ settings, run }) => ({
    enlarged: settings.enlarged,
    map: settings.map,
    hasRun: run !== null,
  }));
  const controller = useController();
  if (enlarged === null || !hasRun) return null;
  const title = enlarged === 'graph' ? help('graph').title : panelTitle(enlarged, map);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && controller.change({ enlarged: null })}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog dialog-full" aria-describedby={undefined}>
          <Dialog.Title className="unseen">{title}, enlarged</Dialog.Title>
          <Dialog.Close asChild>
            <button type="button" className="button square close" aria-label="Close">
              ×
            </button>
          </Dialog.Close>
          {enlarged === 'graph' ? (
            <Boundary about={enlarged}>
              <Suspense fallback={<p className="slot-note">loading …</p>}>
                <FlowGraphTab large />
              </Suspense>
            </Boundary>
          ) : (
            <EnlargedPanel panel={enlarged} />
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Of a model of images the picture is there too, with the explained token's row of this very map over it. */
function EnlargedPanel({ panel }: { panel: PanelName }) {
  const over = overlays.find((name) => name === panel);
  return (
    <>
      <Panel panel={panel} large />
      {over !== undefined && <ShownPicture over={over} />}
    </>
  );
}
