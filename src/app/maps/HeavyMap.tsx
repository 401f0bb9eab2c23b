// The one map that is never computed unasked: its price first, then a button.

import { requestKey } from '../../engine/stored';
import { normFlops } from '../../state/estimate';
import { mapRequest } from '../../state/wants';
import { useApp, useController } from '../context';
import { formatFlops } from '../shared/format';

export function HeavyMap() {
  const { settings, model, run } = useApp(({ settings, model, run }) => ({ settings, model, run }));
  const controller = useController();
  if (model === null || run === null) return null;
  const key = requestKey('map', mapRequest('norm', settings, model));
  return (
    <div className="slot" data-tall>
      <p className="slot-note">
        Every row is pulled back through the model in all {model.dModel} channels: about{' '}
        {formatFlops(normFlops(model, run.summary.tokens.length))}.{' '}
        <button className="button" type="button" onClick={() => controller.approve(key)}>
          Compute
        </button>
      </p>
    </div>
  );
}
