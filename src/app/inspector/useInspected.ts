// What every inspector view is given besides its result. Always tokens, never words: blocks of the tensor belong to tokens.

import { useMemo } from 'react';
import { hiddenSources, pinnedToken } from '../../state/wants';
import { namedPatches, patchGrid } from '../../views/image/layout';
import { thumbnails } from '../../views/image/thumbnails';
import type { Selection } from '../../views/view';
import { useApp, useController } from '../context';

export function useInspected() {
  const { run, model, settings, hovered } = useApp(({ run, model, settings, hovered }) => ({
    run,
    model,
    settings,
    hovered,
  }));
  const controller = useController();
  return useMemo(() => {
    if (run === null || model === null) return null;
    const { summary } = run;
    const grid = model.image && summary.picture ? patchGrid(model.image, summary.tokens.length) : null;
    const token = pinnedToken(settings, summary);
    const selection: Selection = {
      pinned: settings.pinned.length > 0 ? settings.pinned : [token],
      source: settings.source,
      hovered,
    };
    return {
      run: summary,
      tokens: summary.tokens,
      /** Patches by row and column in full, for lists. */
      named: grid === null ? summary.tokens : namedPatches(grid, summary.tokens),
      thumbnail: grid !== null && summary.picture ? thumbnails(summary.picture, grid) : null,
      token,
      model,
      settings,
      hidden: hiddenSources(settings, model, summary),
      selection,
      onHover: controller.hover,
      /** While nothing is pinned a hovered source must not become the previewed row: the row stays the explained token's. */
      onHoverSource: (source: number | null) => controller.hover(source === null ? null : { row: token, col: source }),
      onPick: (source: number | null) =>
        controller.change({ source: source === settings.source ? null : source }, 'push'),
    };
  }, [run, model, settings, hovered, controller]);
}
