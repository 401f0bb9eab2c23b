// Which method's row is shown, in words, and of DecompX who bears what biases add.

import { rowMethods } from '../../share/fields';
import type { RowMethod } from '../../share/settings';
import { help } from '../../state/help';
import { useApp, useController } from '../context';
import { sharingOptions } from '../maps/SharingHeading';
import { SelectField } from '../shared/Select';

export const methodTitle = (method: RowMethod) => (method === 'row' ? 'T (row)' : help(method).title);

const choices = rowMethods.map((value) => ({ value, text: methodTitle(value) }));

export function MethodChoice() {
  const { method, biases } = useApp(({ settings: { method, biases } }) => ({ method, biases }));
  const controller = useController();
  return (
    <div className="pair-choice method-choice">
      <SelectField
        label="Method"
        options={choices}
        value={method}
        onChange={(chosen) => controller.change({ method: chosen }, 'push')}
      />
      {method === 'decompx' && (
        <SelectField
          label="Biases"
          options={sharingOptions}
          value={biases}
          onChange={(chosen) => controller.change({ biases: chosen }, 'push')}
        />
      )}
    </div>
  );
}
