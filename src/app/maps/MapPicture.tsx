// One map from its slot: MapView with the linked selection and the chosen scale.

import type { MapName } from '../../engine/protocol';
import { mapTitle } from '../../state/help';
import type { MapSlotName } from '../../state/store';
import { MapView } from '../../views/heatmap/View';
import { useApp } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { HeavyMap } from './HeavyMap';
import { domainFor, type ShownMatrices, shownMatrices } from './scale';
import { useLinked } from './useLinked';

interface MapPictureProps {
  readonly slot: MapSlotName;
  readonly map: MapName;
  readonly name?: string;
}

const nothing: ShownMatrices = {};
const norms: readonly MapName[] = ['in', 'out', 'norm'];

export function MapPicture({ slot: slotName, map, name = mapTitle(map) }: MapPictureProps) {
  const { slot, scale, log, words } = useApp(({ slots, settings }) => ({
    slot: slots[slotName],
    scale: settings.scale,
    log: settings.log,
    words: settings.words,
  }));
  // A picture is drawn again when a matrix changes, not whenever some other slot tells how far it is.
  const shown = useApp(({ slots, settings }) => (settings.scale === 'shared' ? shownMatrices(slots) : nothing));
  const linked = useLinked();
  if (linked === null) return null;
  if (slot === undefined && map === 'norm') return <HeavyMap />;
  return (
    <SlotFrame name={slotName} slot={slot} tall>
      {({ matrix }) => (
        <>
          <MapView
            name={name}
            matrix={linked.shape(matrix)}
            tokens={linked.tokens}
            hiddenSources={linked.hidden}
            scale={{
              domain: scale === 'shared' ? domainFor(matrix, shown, linked) : null,
              log: log && !matrix.signed,
            }}
            selection={linked.selection}
            onHover={linked.onHover}
            onPin={linked.onPin}
            onRelease={linked.onRelease}
          />
          {words && norms.includes(map) && linked.shape(matrix) !== matrix && (
            <p className="note">Norms of a word’s tokens are added up: an upper bound of the word’s own.</p>
          )}
        </>
      )}
    </SlotFrame>
  );
}
