// Left, right, and right − left on the tokens that belong together, with one selection across all three.

import { useMemo } from 'react';
import type { Token } from '../../engine/protocol';
import type { Aligned } from '../../state/align';
import { mapTitle } from '../../state/help';
import type { OtherSide } from '../../state/store';
import { hiddenSources, mayWait, pinnedToken } from '../../state/wants';
import type { Matrix } from '../../tensor/matrix';
import { pairedTokens, restricted } from '../../views/compare/aligned';
import { difference } from '../../views/difference/difference';
import { MapView } from '../../views/heatmap/View';
import { rangeOf, sharedDomain } from '../../views/shared/colourScale';
import type { Cell } from '../../views/view';
import { useApp, useController } from '../context';
import { HeavyMap } from '../maps/HeavyMap';
import { SlotFrame } from '../shared/SlotFrame';

interface CompareMapsProps {
  readonly pairs: readonly Aligned[];
  readonly answer: NonNullable<OtherSide['answer']>;
  readonly sameModel: boolean;
}

export function CompareMaps({ pairs, answer, sameModel }: CompareMapsProps) {
  const { settings, run, model, slot, hovered } = useApp(({ settings, run, model, slots, hovered }) => ({
    settings,
    run,
    model,
    slot: slots.tensor,
    hovered,
  }));
  const controller = useController();
  const left = slot?.value?.matrix ?? null;
  const right = answer.map.matrix;
  const between = useMemo(() => {
    if (left === null || pairs.length === 0) return null;
    const [a, b]: [Matrix, Matrix] = [
      restricted(
        left,
        pairs.map((pair) => pair.left),
      ),
      restricted(
        right,
        pairs.map((pair) => pair.right),
      ),
    ];
    // Units of two models are not the same length: shares of the row compare.
    return difference(b, a, sameModel && a.unit === b.unit ? 'none' : 'rows');
  }, [left, right, pairs, sameModel]);
  const map = settings.map;
  if (run === null || model === null) return null;
  if (slot === undefined && mayWait(map)) return <HeavyMap map={map} />;
  const hiddenLeft = hiddenSources(settings, model, run.summary);
  const hiddenRight = hiddenSources(answer.settings, answer.model, answer.run);
  const toRight = (at: number) => pairs.find((pair) => pair.left === at)?.right ?? null;
  const toLeft = (at: number) => pairs.find((pair) => pair.right === at)?.left ?? null;
  const pairOf = (at: number) => pairs.findIndex((pair) => pair.left === at);
  const moved = (cell: Cell | null, to: (at: number) => number | null): Cell | null => {
    if (cell === null) return null;
    const [row, col] = [to(cell.row), to(cell.col)];
    return row === null || col === null || row < 0 || col < 0 ? null : { row, col };
  };
  // In one unit the two sides have one scale: the eye compares them.
  const domain =
    left !== null && sameModel && left.unit === right.unit
      ? sharedDomain([rangeOf(left, hiddenLeft), rangeOf(right, hiddenRight)])
      : null;
  const scale = { domain, log: settings.log && !right.signed };
  const tokens: readonly Token[] = pairedTokens(pairs, run.summary.tokens, answer.run.tokens);
  const pinnedPair = pairOf(pinnedToken(settings, run.summary));
  return (
    <div className="compare-maps">
      <section className="panel" aria-label="Left map">
        <header>
          <h3>Left</h3>
        </header>
        <SlotFrame name="tensor" slot={slot} tall>
          {({ matrix }) => (
            <MapView
              name={`Left, ${mapTitle(map)}`}
              matrix={matrix}
              tokens={run.summary.tokens}
              hiddenSources={hiddenLeft}
              scale={scale}
              selection={{ pinned: [pinnedToken(settings, run.summary)], source: null, hovered }}
              onHover={controller.hover}
              onPin={({ row }, add) => controller.pin(row, undefined, add)}
              onRelease={controller.release}
            />
          )}
        </SlotFrame>
      </section>
      <section className="panel" aria-label="Right map">
        <header>
          <h3>Right</h3>
        </header>
        <MapView
          name={`Right, ${mapTitle(map)}`}
          matrix={right}
          tokens={answer.run.tokens}
          hiddenSources={hiddenRight}
          scale={scale}
          selection={{
            pinned: [pinnedToken(answer.settings, answer.run)],
            source: null,
            hovered: moved(hovered, toRight),
          }}
          onHover={(cell) => controller.hover(moved(cell, toLeft))}
          onPin={({ row }) =>
            controller.change({ other: { ...settings.other, pinned: [row], class: null, rivals: [] } }, 'push')
          }
          onRelease={() => controller.change({ other: { ...settings.other, pinned: [] } }, 'push')}
        />
      </section>
      <section className="panel" aria-label="Difference map">
        <header>
          <h3>Right − left</h3>
        </header>
        {between !== null && (
          <MapView
            name={`Right − left, ${mapTitle(map)}`}
            matrix={between}
            tokens={tokens}
            hiddenSources={
              new Set(
                pairs.flatMap((pair, at) => (hiddenLeft.has(pair.left) || hiddenRight.has(pair.right) ? [at] : [])),
              )
            }
            scale={{ domain: null, log: false }}
            selection={{
              pinned: pinnedPair < 0 ? [] : [pinnedPair],
              source: null,
              hovered: moved(hovered, pairOf),
            }}
            onHover={(cell) => controller.hover(moved(cell, (at) => pairs[at]!.left))}
            onPin={({ row }) => controller.pin(pairs[row]!.left, undefined, false)}
            onRelease={controller.release}
          />
        )}
        {left !== null && pairs.length < Math.max(left.rows.length, right.rows.length) && (
          <p className="note">
            {pairs.length} tokens have a partner; {left.rows.length - pairs.length} on the left and{' '}
            {right.rows.length - pairs.length} on the right have none and are left out here.
          </p>
        )}
      </section>
    </div>
  );
}
