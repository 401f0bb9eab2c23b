// How the row builds up, block by block: read from the end, up to a block, as the words of the logit lens, or as shares of the sublayers.

import { lazy, Suspense } from 'react';
import type { RowResult } from '../../engine/protocol';
import type { Settings } from '../../share/settings';
import { rowAtLayer } from '../../views/layers/rowAtLayer';
import { LayersView } from '../../views/layers/View';
import { useApp, useController } from '../context';
import { optionsOf, SelectField } from '../shared/Select';
import { SlotFrame } from '../shared/SlotFrame';
import { LensPicture } from './LensPicture';
import { leftOver } from './leftOver';
import { NoClass } from './NoClass';
import { OperatorChoice } from './OperatorChoice';
import { PlayLayers } from './PlayLayers';
import { RowPicture } from './RowPicture';
import { useInspected } from './useInspected';

const SharesTab = lazy(() => import('../flowGraph/SharesTab'));

const kinds = optionsOf<Settings['layersKind']>({
  from: 'from block ℓ to the end',
  upTo: 'up to block ℓ (logit lens)',
  lens: 'words after every block (logit lens)',
  shares: 'shares of blocks, heads and FFNs',
});

export function LayersTab() {
  const slot = useApp(({ slots }) => slots.layers);
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  const { settings, model } = inspected;
  const kind = settings.layersKind;
  const choice = (
    <div className="pair-choice">
      <SelectField
        label="Blocks"
        options={kinds}
        value={kind}
        onChange={(layersKind) => controller.change({ layersKind, layer: null })}
      />
    </div>
  );
  if (kind === 'lens') {
    return (
      <>
        {choice}
        <LensPicture />
      </>
    );
  }
  if (kind === 'shares') {
    return (
      <>
        {choice}
        <Suspense fallback={<p className="slot-note">loading …</p>}>
          <SharesTab />
        </Suspense>
      </>
    );
  }
  if (slot === undefined) {
    return (
      <>
        {choice}
        <NoClass />
      </>
    );
  }
  const whole = kind === 'from' ? 0 : model.blocks;
  const layer = Math.max(0, Math.min(model.blocks, settings.layer ?? whole));
  const onLayer = (next: number) => controller.change({ layer: next === whole ? null : next });
  return (
    <>
      <OperatorChoice />
      {choice}
      <SlotFrame name="layers" slot={slot} tall>
        {(result) => (
          <>
            <LayersView
              result={result}
              tokens={inspected.tokens}
              hiddenSources={inspected.hidden}
              scale={{ domain: null, log: false }}
              selection={inspected.selection}
              kind={kind}
              blocks={model.blocks}
              layer={layer}
              onLayer={onLayer}
              token={inspected.token}
              onHover={inspected.onHover}
              onPick={inspected.onPick}
            />
            <PlayLayers
              layers={result.matrix.rows.length}
              layer={layer}
              backwards={kind === 'from'}
              onLayer={onLayer}
            />
            <AtLayer row={rowAtLayer(result, layer, kind, model.blocks)} />
          </>
        )}
      </SlotFrame>
    </>
  );
}

function AtLayer({ row }: { row: RowResult }) {
  const inspected = useInspected();
  if (inspected === null) return null;
  const rest = inspected.settings.operator === 'tensor' ? undefined : leftOver(row, inspected.named);
  return <RowPicture result={row} rest={rest} inReadingOrder />;
}
