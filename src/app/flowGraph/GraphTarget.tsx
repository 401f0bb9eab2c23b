// What the flow graph takes apart: the explained class's direction of the logits, or the whole output vector's length along itself.

import { isExplainable } from '../../state/answerToken';
import { useApp, useController } from '../context';
import { useInspected } from '../inspector/useInspected';
import { Field } from '../shared/Field';

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
        <Field label="Takes apart">
          <select
            className="select"
            value={readable ? settings.graphOf : 'output'}
            onChange={(event) => controller.change({ graphOf: event.target.value as 'class' | 'output' })}
          >
            <option value="class" disabled={!readable}>
              the class at {piece} ({token})
            </option>
            <option value="output">
              the output vector at {piece} ({token}), ‖y‖²
            </option>
          </select>
        </Field>
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
