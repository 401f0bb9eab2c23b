// The operator of the slice, the pair and the layers: T, or a relative of it that holds less of the model frozen.

import type { OperatorName } from '../../engine/protocol';
import { operators } from '../../share/fields';
import { operatorTitles } from '../../state/help';
import { useApp, useController } from '../context';
import { SelectField } from '../shared/Select';

/** null: T itself. */
const notes: Record<OperatorName, string | null> = {
  tensor: null,
  attnlrp:
    'Not T: the path through queries and keys is open, and what the linearised softmax and the biases absorb is the bias share.',
  lrp_ah_ln: 'Not T: activations pass their slope, and what they and the biases absorb is the bias share.',
  jacobian:
    'Not T: nothing is held, so the parts account for nothing; what they leave over is shown as the bias share.',
};

const choices = operators.map((value) => ({ value, text: operatorTitles[value] }));

export function OperatorChoice() {
  const operator = useApp(({ settings }) => settings.operator);
  const controller = useController();
  const note = notes[operator];
  return (
    <div className="pair-choice">
      <SelectField
        label="Operator"
        options={choices}
        value={operator}
        onChange={(chosen) => controller.change({ operator: chosen }, 'push')}
      />
      {note !== null && <p className="note">{note}</p>}
    </div>
  );
}
