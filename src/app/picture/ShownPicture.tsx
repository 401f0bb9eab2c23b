// The picture of the run with one result over it, linked to the page: the pointer previews, a click pins.

import { useMemo } from 'react';
import type { OverlayName } from '../../share/settings';
import { pinnedToken } from '../../state/wants';
import { patchGrid } from '../../views/image/layout';
import { PictureView } from '../../views/image/View';
import { useApp, useController } from '../context';
import { shownOverlay } from './overlay';

/** `over`: what lies over it; left out: what the reader has chosen for the strip. */
export function ShownPicture({ over }: { over?: OverlayName }) {
  const { run, model, settings, hovered } = useApp(({ run, model, settings, hovered }) => ({
    run,
    model,
    settings,
    hovered,
  }));
  const controller = useController();
  const slots = useApp(({ slots }) => slots);
  const overlay = useMemo(
    () => shownOverlay({ run, slots, settings: over === undefined ? settings : { ...settings, overlay: over } }),
    [run, slots, settings, over],
  );
  const summary = run?.summary;
  const grid = useMemo(
    () => (model?.image && summary ? patchGrid(model.image, summary.tokens.length) : null),
    [model, summary],
  );
  if (!summary?.picture || grid === null) return null;
  const explained = pinnedToken(settings, summary);
  return (
    <PictureView
      name={`Picture, ${overlay.title}`}
      picture={summary.picture}
      tokens={summary.tokens}
      grid={grid}
      overlay={overlay.value}
      opacity={settings.opacity / 100}
      log={settings.log}
      pinned={settings.pinned}
      explained={explained}
      source={settings.source}
      hovered={hovered?.col ?? null}
      onHover={(token) => controller.hover(token === null ? null : { row: explained, col: token })}
      onPin={(token, add) => controller.pin(token, undefined, add)}
    >
      {over !== undefined && overlay.note !== null && <p className="note">{overlay.note}</p>}
    </PictureView>
  );
}
