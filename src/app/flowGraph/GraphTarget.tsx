// What the flow graph takes apart: the explained class's direction of the logits, or the whole output vector's length along itself.

import { isExplainable } from '../../state/answerToken';
import { useApp, useController } from '../context';
import { useInspected } from '../inspector/useInspected';
import { SelectField } from '../shared/Select';

export function GraphTarget() {
  const run = useApp(({ run }) => run);
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null || run === null) return null;
  const { settings, token, model } = inspected;
  const readable = isExplainable(run.summary, token);
  const piece = inspected.named[token]?.piece ?? '?';
  return (
    <>
      <div className="pair-choice">
        <SelectField
          label="Takes apart"
          options={[
            { value: 'class', text: `the class at ${piece} (${token})`, disabled: !readable },
            { value: 'output', text: `the output vector at ${piece} (${token}), ‖y‖²` },
          ]}
          value={readable ? settings.graphOf : 'output'}
          onChange={(graphOf) => controller.change({ graphOf })}
        />
      </div>
      {!readable && (
        <p className="note">
          {model.classes === 0
            ? 'This model has no trained head: there is the output vector, and no class.'
            : `The model predicts nothing at ${piece} (${token}): there is its output vector, and no class.`}
        </p>
      )}
    </>
  );
}
