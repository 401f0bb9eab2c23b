// Two maps, row shares subtracted: where the methods disagree.

import { useMemo } from 'react';
import { mapTitle } from '../../state/help';
import type { MapSlotName } from '../../state/store';
import { difference } from '../../views/difference/difference';
import { MapView } from '../../views/heatmap/View';
import { useApp } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { HeavyMap } from './HeavyMap';
import { useLinked } from './useLinked';

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
  if ((left === undefined && names[0] === 'norm') || (right === undefined && names[1] === 'norm')) return <HeavyMap />;
  const waiting: MapSlotName | null = left?.status !== 'ready' ? 'left' : right?.status !== 'ready' ? 'right' : null;
  if (waiting !== null || matrix === null) {
    return (
      <SlotFrame name={waiting ?? 'left'} slot={waiting === 'right' ? right : left} tall>
        {() => null}
      </SlotFrame>
    );
  }
  return (
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
  );
}
