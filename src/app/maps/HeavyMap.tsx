// The one map that is never computed unasked: its price first, then a button.

import type { Plan } from '../../engine/protocol';
import { requestKey } from '../../engine/stored';
import { mapRequest } from '../../state/wants';
import { useApp, useController } from '../context';
import { formatBytes, formatFlops, formatSeconds } from '../shared/format';

const expected = ({ seconds }: Plan) => (seconds === null ? '' : `, about ${formatSeconds(seconds)}`);

export function HeavyMap() {
  const { settings, model, run, plan } = useApp(({ settings, model, run, slots }) => ({
    settings,
    model,
    run,
    plan: slots.plan?.value ?? null,
  }));
  const controller = useController();
  if (model === null || run === null) return null;
  const key = requestKey('map', mapRequest('norm', settings, model));
  return (
    <div className="slot" data-tall>
      <p className="slot-note">
        Every row is pulled back through the model in all {model.dModel} channels
        {plan && `: ${formatFlops(plan.flops)}, ${formatBytes(plan.peakBytes)}${expected(plan)}`}.{' '}
        <button className="button" type="button" onClick={() => controller.approve(key)}>
          Compute
        </button>
      </p>
    </div>
  );
}
