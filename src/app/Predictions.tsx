// What the model predicts at the explained token: choose one to explain it, a second one to hold it against.

import { targetAfter } from '../state/pins';
import { candidates, predictionWords } from '../state/target';
import { pinnedToken } from '../state/wants';
import { useApp, useController } from './context';
import { formatProbability } from './shared/format';

export function Predictions() {
  const { run, model, settings } = useApp(({ run, model, settings }) => ({ run, model, settings }));
  const controller = useController();
  if (run === null) return null;
  const at = pinnedToken(settings, run.summary);
  const where = predictionWords(model);
  const list = candidates(settings, run.summary).slice(0, 5);
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="group" aria-label={`Predictions ${where.preposition} token ${at}`} className="predictions">
      <span className="arrow" title={where.means}>
        {where.lead}
        {settings.pinned.length > 0 ? ` ${at} →` : ' →'}
      </span>
      {list.map((prediction) => {
        const role =
          settings.class === prediction.id ? 'explained' : settings.rivals.includes(prediction.id) ? 'rival' : null;
        return (
          <button
            key={prediction.id}
            type="button"
            className="token prediction"
            aria-pressed={role !== null}
            data-role={role}
            title={
              role === null && settings.class !== null
                ? `Hold it against “${prediction.piece}”`
                : `Explain “${prediction.piece}”: p = ${prediction.probability.toPrecision(3)}, logit ${prediction.logit.toFixed(2)}`
            }
            onClick={() => controller.change(targetAfter(settings, prediction.id), 'push')}
          >
            {role === 'rival' && <span className="not">not </span>}
            {prediction.piece} <small>{formatProbability(prediction.probability)}</small>
          </button>
        );
      })}
    </div>
  );
}
