// How the row builds up, block by block: read from the end, up to a block, as the words of the logit lens, or as shares of the sublayers.

import { lazy, Suspense } from 'react';
import { rowAtLayer } from '../../views/layers/rowAtLayer';
import { LayersView } from '../../views/layers/View';
import { RowView } from '../../views/row/View';
import { useApp, useController } from '../context';
import { Field } from '../shared/Field';
import { SlotFrame } from '../shared/SlotFrame';
import { LensPicture } from './LensPicture';
import { leftOver } from './leftOver';
import { NoClass } from './NoClass';
import { OperatorChoice } from './OperatorChoice';
import { PlayLayers } from './PlayLayers';
import { useInspected } from './useInspected';

const SharesTab = lazy(() => import('../flowGraph/SharesTab'));

export function LayersTab() {
  const slot = useApp(({ slots }) => slots.layers);
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  const { settings, model } = inspected;
  const kind = settings.layersKind;
  const choice = (
    <div className="pair-choice">
      <Field label="Blocks">
        <select
          className="select"
          value={kind}
          onChange={(event) =>
            controller.change({ layersKind: event.target.value as typeof settings.layersKind, layer: null })
          }
        >
          <option value="from">from block ℓ to the end</option>
          <option value="upTo">up to block ℓ (logit lens)</option>
          <option value="lens">words after every block (logit lens)</option>
          <option value="shares">shares of blocks, heads and FFNs</option>
        </select>
      </Field>
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
            <RowView
              result={rowAtLayer(result, layer)}
              tokens={inspected.named}
              thumbnail={inspected.thumbnail}
              hiddenSources={inspected.hidden}
              selection={inspected.selection}
              order="reading"
              onHover={inspected.onHoverSource}
              onPick={inspected.onPick}
              {...(settings.operator !== 'tensor' && {
                rest: leftOver(rowAtLayer(result, layer), inspected.named),
              })}
            />
          </>
        )}
      </SlotFrame>
    </>
  );
}
