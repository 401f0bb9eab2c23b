// One of a few: radio buttons that look like words, with the arrow keys the browser gives them.

import { useId } from 'react';

interface ChoiceProps<V extends string> {
  readonly name: string;
  readonly options: readonly { readonly value: V; readonly text: string }[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}

export function Choice<V extends string>({ name, options, value, onChange }: ChoiceProps<V>) {
  const group = useId();
  return (
    <fieldset className="view-choice">
      <legend>{name}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input type="radio" name={group} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.text}
        </label>
      ))}
    </fieldset>
  );
}
