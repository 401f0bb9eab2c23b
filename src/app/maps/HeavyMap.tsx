// A map that is not computed unasked: its price first, then the buttons.

import type { MapName } from '../../engine/protocol';
import { requestKey } from '../../engine/stored';
import { isProbed, probesAtFirst } from '../../state/refine';
import { mapRequest } from '../../state/wants';
import { useApp, useController } from '../context';
import { AskFirst } from '../shared/AskFirst';

export function HeavyMap({ map }: { map: MapName }) {
  const { settings, model, run, slot } = useApp(({ settings, model, run, slots }) => ({
    settings,
    model,
    run,
    slot: slots.plan,
  }));
  const controller = useController();
  if (model === null || run === null) return null;
  const request = mapRequest(map, settings, model);
  const key = requestKey('map', request);
  // Several maps may wait, and there is one plan.
  const plan = slot?.valueKey === requestKey('plan', request) ? slot : undefined;
  const probes = probesAtFirst(model);
  return (
    <div className="slot" data-tall>
      <AskFirst
        what={`Every row is pulled back through the model in all ${model.dModel} channels${isProbed(map) ? '' : ', every pair decomposed'}`}
        plan={plan}
        name="plan"
        offers={
          isProbed(map)
            ? [
                {
                  text: 'Estimate',
                  flops: plan?.value ? (plan.value.flops * probes) / model.dModel : null,
                  onChoose: () => controller.probe(key, probes),
                },
                { text: 'Exact', onChoose: () => controller.probe(key, model.dModel) },
              ]
            : [{ onChoose: () => controller.approve(key) }]
        }
      />
    </div>
  );
}
