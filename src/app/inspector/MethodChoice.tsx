// Which method's row is shown, in words, and of DecompX who bears what biases add.

import type { BiasSharing } from '../../engine/protocol';
import { biasSharings, rowMethods } from '../../share/fields';
import type { RowMethod } from '../../share/settings';
import { help } from '../../state/help';
import { useApp, useController } from '../context';
import { sharingWords } from '../maps/SharingHeading';
import { Field } from '../shared/Field';

export const methodTitle = (method: RowMethod) => (method === 'row' ? 'T (row)' : help(method).title);

export function MethodChoice() {
  const { method, biases } = useApp(({ settings: { method, biases } }) => ({ method, biases }));
  const controller = useController();
  return (
    <div className="pair-choice method-choice">
      <Field label="Method">
        <select
          className="select"
          value={method}
          onChange={(event) => controller.change({ method: event.target.value as RowMethod }, 'push')}
        >
          {rowMethods.map((name) => (
            <option key={name} value={name}>
              {methodTitle(name)}
            </option>
          ))}
        </select>
      </Field>
      {method === 'decompx' && (
        <Field label="Biases">
          <select
            className="select"
            value={biases}
            onChange={(event) => controller.change({ biases: event.target.value as BiasSharing }, 'push')}
          >
            {biasSharings.map((name) => (
              <option key={name} value={name}>
                {sharingWords[name]}
              </option>
            ))}
          </select>
        </Field>
      )}
    </div>
  );
}
