// A list of choices. Values have the caller's own type (names, numbers, null for none of them), so that nobody casts what the browser hands back.

import { Field } from './Field';

type Choosable = string | number | null;

export interface Option<V extends Choosable> {
  readonly value: V;
  readonly text: string;
  readonly disabled?: boolean;
}

interface SelectProps<V extends Choosable> {
  readonly options: readonly Option<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
  /** What screen readers call it, where no label does or the label is too short. */
  readonly name?: string;
  readonly title?: string;
  readonly disabled?: boolean;
  /** Part of a heading or of a line of text. */
  readonly inline?: boolean;
}

const written = (value: Choosable) => (value === null ? '' : String(value));

export function Select<V extends Choosable>({
  options,
  value,
  onChange,
  name,
  title,
  disabled,
  inline = false,
}: SelectProps<V>) {
  return (
    <select
      className={inline ? 'inline-select' : 'select'}
      aria-label={name}
      title={title}
      disabled={disabled}
      value={written(value)}
      onChange={({ target }) => {
        const chosen = options.find((option) => written(option.value) === target.value);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <option key={written(option.value)} value={written(option.value)} disabled={option.disabled}>
          {option.text}
        </option>
      ))}
    </select>
  );
}

interface SelectFieldProps<V extends Choosable> extends Omit<SelectProps<V>, 'title' | 'inline'> {
  readonly label: string;
  readonly hint?: string | undefined;
}

export function SelectField<V extends Choosable>({ label, hint, ...select }: SelectFieldProps<V>) {
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      <Select {...select} />
    </Field>
  );
}

/** Choices with their words, in the order of the record. */
export function optionsOf<V extends string>(words: Readonly<Record<V, string>>): readonly Option<V>[] {
  return (Object.keys(words) as V[]).map((value) => ({ value, text: words[value] }));
}

/** 0, 1, …, count − 1. */
export function countedOptions(count: number, words: (value: number) => string = String): readonly Option<number>[] {
  return Array.from({ length: count }, (_, value) => ({ value, text: words(value) }));
}
