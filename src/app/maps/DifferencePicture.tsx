// Two maps, row shares subtracted: where the methods disagree.

import { useMemo } from 'react';
import type { MapEstimate } from '../../engine/protocol';
import { mapTitle } from '../../state/help';
import type { MapSlotName } from '../../state/store';
import { mayWait } from '../../state/wants';
import { difference } from '../../views/difference/difference';
import { MapView } from '../../views/heatmap/View';
import { useApp } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { HeavyMap } from './HeavyMap';
import { useLinked } from './useLinked';

function estimateNote(title: string, estimate: MapEstimate | undefined): string[] {
  return estimate ? [`${title} is estimated from ${estimate.probes} of ${estimate.of} probes.`] : [];
}

export function DifferencePicture() {
  const { left, right, names } = useApp(({ slots, settings }) => ({
    left: slots.left,
    right: slots.right,
    names: settings.difference,
  }));
  const linked = useLinked();
  const [a, b] = [left?.value?.matrix, right?.value?.matrix];
  const shape = linked?.shape;
  const matrix = useMemo(() => {
    if (!a || !b || !shape || a.data.length !== b.data.length) return null;
    return difference(shape(a), shape(b), 'rows');
  }, [a, b, shape]);
  if (linked === null) return null;
  if (left === undefined && mayWait(names[0])) return <HeavyMap map={names[0]} />;
  if (right === undefined && mayWait(names[1])) return <HeavyMap map={names[1]} />;
  const waiting: MapSlotName | null = left?.status !== 'ready' ? 'left' : right?.status !== 'ready' ? 'right' : null;
  if (waiting !== null || matrix === null) {
    return (
      <SlotFrame name={waiting ?? 'left'} slot={waiting === 'right' ? right : left} tall>
        {() => null}
      </SlotFrame>
    );
  }
  const estimated = [left, right].flatMap((slot, side) => estimateNote(mapTitle(names[side]!), slot?.value?.estimate));
  return (
    <>
      <MapView
        name={`Difference, ${mapTitle(names[0])} − ${mapTitle(names[1])}`}
        matrix={matrix}
        tokens={linked.tokens}
        hiddenSources={linked.hidden}
        scale={{ domain: null, log: false }}
        selection={linked.selection}
        onHover={linked.onHover}
        onPin={linked.onPin}
        onRelease={linked.onRelease}
      />
      {estimated.length > 0 && <p className="note">{estimated.join(' ')}</p>}
    </>
  );
}
