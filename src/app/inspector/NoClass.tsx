// In place of a row where there is none: a classifier predicts at one token only, a model without a head at none.

import { answerToken, isExplainable } from '../../state/answerToken';
import { explainedTokens } from '../../state/wants';
import { useApp, useController } from '../context';

export function NoClass() {
  const { run, model, settings } = useApp(({ run, model, settings }) => ({ run, model, settings }));
  const controller = useController();
  if (run === null) return null;
  const { summary } = run;
  if (model?.classes === 0) {
    return (
      <p className="slot-note">
        This model has no trained head, so it predicts nothing that a row could explain. The maps, the slice and the
        pair are there for every token.
      </p>
    );
  }
  const without = explainedTokens(settings, summary, null).find((at) => !isExplainable(summary, at));
  if (without === undefined) return null;
  const name = (at: number) => `${summary.tokens[at]?.piece ?? '?'} (${at})`;
  const read = answerToken(summary);
  return (
    <p className="slot-note">
      The model predicts nothing at {name(without)}: its classes are read at {name(read)}. The maps, the slice and the
      pair are there for every token.{' '}
      <button className="button" type="button" onClick={() => controller.release()}>
        Explain {summary.tokens[read]?.piece}
      </button>
    </p>
  );
}
