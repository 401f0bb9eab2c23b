// A map that is not computed unasked: its price first, then the buttons.

import type { MapName, Plan } from '../../engine/protocol';
import { requestKey } from '../../engine/stored';
import { isProbed, probesAtFirst } from '../../state/refine';
import { mapRequest } from '../../state/wants';
import { useApp, useController } from '../context';
import { formatBytes, formatFlops, formatSeconds } from '../shared/format';

const expected = ({ seconds }: Plan) => (seconds === null ? '' : `, about ${formatSeconds(seconds)}`);

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
  const plan = slot?.valueKey === requestKey('plan', request) ? slot.value : null;
  const probes = probesAtFirst(model);
  return (
    <div className="slot" data-tall>
      <p className="slot-note">
        Every row is pulled back through the model in all {model.dModel} channels
        {!isProbed(map) && ', every pair decomposed'}
        {plan && `: ${formatFlops(plan.flops)}, ${formatBytes(plan.peakBytes)}${expected(plan)}`}.{' '}
        {isProbed(map) && (
          <button className="button" type="button" onClick={() => controller.probe(key, probes)}>
            Estimate{plan && `, ${formatFlops((plan.flops * probes) / model.dModel)}`}
          </button>
        )}{' '}
        <button
          className="button"
          type="button"
          onClick={() => (isProbed(map) ? controller.probe(key, model.dModel) : controller.approve(key))}
        >
          {isProbed(map) ? 'Exact' : 'Compute'}
        </button>
      </p>
    </div>
  );
}
