// Of a model of images: both pictures with their rows over them on one scale, and the difference of the rows, patch by patch, over the right one.

import { useMemo } from 'react';
import type { ModelInfo, RowResult, RunSummary } from '../../engine/protocol';
import type { Settings, SideSettings } from '../../share/settings';
import type { OtherSide } from '../../state/store';
import { pinnedToken } from '../../state/wants';
import { patchGrid } from '../../views/image/layout';
import { type Overlay, overlayRange, rowOverlay } from '../../views/image/overlay';
import { PictureView } from '../../views/image/View';
import { sharedDomain } from '../../views/shared/colourScale';
import { useApp, useController } from '../context';

interface ComparePicturesProps {
  readonly run: RunSummary;
  readonly model: ModelInfo;
  /** null: no class can be explained at this token. */
  readonly row: RowResult | null;
  readonly answer: NonNullable<OtherSide['answer']>;
  readonly onRight: (patch: Partial<SideSettings>) => void;
}

export function ComparePictures({ run, model, row, answer, onRight }: ComparePicturesProps) {
  const { settings, hovered } = useApp(({ settings, hovered }) => ({ settings, hovered }));
  const controller = useController();
  const grid = useMemo(() => (model.image ? patchGrid(model.image, run.tokens.length) : null), [model, run]);
  const overlays = useMemo(() => {
    if (grid === null || row === null || answer.row === null) return null;
    const [left, right] = [rowOverlay(row), rowOverlay(answer.row)];
    return {
      left,
      right,
      difference: difference(left, right),
      domain: sharedDomain([overlayRange(left, grid), overlayRange(right, grid)]),
    };
  }, [row, answer.row, grid]);
  const seen = answer.run.picture;
  if (grid === null || !run.picture || !seen || answer.run.tokens.length !== run.tokens.length) return null;
  const leftAt = pinnedToken(settings, run);
  const rightAt = pinnedToken(answer.settings, answer.run);
  const shared = {
    grid,
    opacity: settings.opacity / 100,
    log: false,
    source: settings.source,
    hovered: hovered?.col ?? null,
    onHover: (token: number | null) => controller.hover(token === null ? null : { row: leftAt, col: token }),
  };
  const ofRight = {
    ...shared,
    picture: seen,
    tokens: answer.run.tokens,
    pinned: answer.settings.pinned,
    explained: rightAt,
    onPin: (token: number) => onRight({ pinned: [token], class: null, rivals: [] }),
  };
  return (
    <div className="compare-maps">
      <Titled title="Left">
        <PictureView
          {...shared}
          name={`Left picture, ${titleOf(overlays?.left, settings)}`}
          picture={run.picture}
          tokens={run.tokens}
          overlay={overlays?.left ?? null}
          domain={overlays?.domain ?? null}
          pinned={settings.pinned}
          explained={leftAt}
          onPin={(token, add) => controller.pin(token, undefined, add)}
        />
      </Titled>
      <Titled title="Right">
        <PictureView
          {...ofRight}
          name={`Right picture, ${titleOf(overlays?.right, settings)}`}
          overlay={overlays?.right ?? null}
          domain={overlays?.domain ?? null}
        />
      </Titled>
      <Titled title="Right − left">
        <PictureView {...ofRight} name="Right − left, over the right picture" overlay={overlays?.difference ?? null}>
          <p className="note">Patches at the same place belong together, whatever is on them.</p>
        </PictureView>
      </Titled>
    </div>
  );
}

function Titled({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className="panel">
      <header>
        <h3>{title}</h3>
      </header>
      {children}
    </div>
  );
}

const titleOf = (overlay: Overlay | undefined, { map }: Settings) => overlay?.title ?? map;

/** right − left, token by token. */
function difference(left: Overlay, right: Overlay): Overlay {
  const values = right.values.map((value, at) => value - left.values[at]!);
  return { title: `${right.title}, less ${left.title}`, values, unit: right.unit, signed: true };
}
