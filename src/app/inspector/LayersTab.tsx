// How the row builds up, block by block, read from the end or through the logit lens.

import { LayersView } from '../../views/layers/View';
import { useApp, useController } from '../context';
import { Field } from '../shared/Field';
import { SlotFrame } from '../shared/SlotFrame';
import { NoClass } from './NoClass';
import { OperatorChoice } from './OperatorChoice';
import { useInspected } from './useInspected';

export function LayersTab() {
  const slot = useApp(({ slots }) => slots.layers);
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  if (slot === undefined) return <NoClass />;
  const { settings, model } = inspected;
  const whole = settings.layersKind === 'from' ? 0 : model.blocks;
  return (
    <>
      <OperatorChoice />
      <div className="pair-choice">
        <Field label="Blocks">
          <select
            className="select"
            value={settings.layersKind}
            onChange={(event) => controller.change({ layersKind: event.target.value as 'from' | 'upTo', layer: null })}
          >
            <option value="from">from block ℓ to the end</option>
            <option value="upTo">up to block ℓ (logit lens)</option>
          </select>
        </Field>
      </div>
      <SlotFrame name="layers" slot={slot} tall>
        {(result) => (
          <LayersView
            result={result}
            tokens={inspected.tokens}
            hiddenSources={inspected.hidden}
            scale={{ domain: null, log: false }}
            selection={inspected.selection}
            kind={settings.layersKind}
            blocks={model.blocks}
            layer={settings.layer ?? whole}
            onLayer={(layer) => controller.change({ layer: layer === whole ? null : layer })}
            token={inspected.token}
            onHover={inspected.onHover}
            onPick={inspected.onPick}
          />
        )}
      </SlotFrame>
    </>
  );
}
