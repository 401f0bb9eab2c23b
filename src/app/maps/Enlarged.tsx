// One map over the full window; of a model of images, the picture with it. Part of the link, like everything on the screen.

import * as Dialog from '@radix-ui/react-dialog';
import { overlays } from '../../share/fields';
import { useApp, useController } from '../context';
import { ShownPicture } from '../picture/ShownPicture';
import { Panel, panelTitle } from './Panel';

export function Enlarged() {
  const { panel, map, hasRun } = useApp(({ settings, run }) => ({
    panel: settings.enlarged,
    map: settings.map,
    hasRun: run !== null,
  }));
  const controller = useController();
  if (panel === null || !hasRun) return null;
  // Of a model of images the picture is there too, with the explained token's row of this very map over it.
  const over = overlays.find((name) => name === panel);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && controller.change({ enlarged: null })}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog dialog-full" aria-describedby={undefined}>
          <Dialog.Title className="unseen">{panelTitle(panel, map)}, enlarged</Dialog.Title>
          <Dialog.Close asChild>
            <button type="button" className="button square close" aria-label="Close">
              ×
            </button>
          </Dialog.Close>
          <Panel panel={panel} large />
          {over !== undefined && <ShownPicture over={over} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
