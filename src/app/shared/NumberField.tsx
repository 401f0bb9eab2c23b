// A number in a field, kept within its limits. Emptied it means null: whoever uses it says what that stands for.

import { Field } from './Field';

interface NumberFieldProps {
  readonly label: string;
  readonly hint: string;
  /** What screen readers call it, where the label is too short. */
  readonly name?: string;
  readonly value: number | null;
  readonly range: readonly [least: number, most: number];
  /** A whole number at 1. */
  readonly step?: number;
  readonly onChange: (value: number | null) => void;
}

export function NumberField({ label, hint, name = label, value, range, step = 1, onChange }: NumberFieldProps) {
  const [least, most] = range;
  return (
    <Field label={label} hint={hint}>
      <input
        className="input number-input"
        type="number"
        aria-label={name}
        min={least}
        max={most}
        step={step}
        value={value ?? ''}
        onChange={({ target }) => {
          const typed = target.valueAsNumber;
          if (target.value === '') onChange(null);
          else if (Number.isFinite(typed))
            onChange(Math.max(least, Math.min(most, step === 1 ? Math.round(typed) : typed)));
        }}
      />
    </Field>
  );
}
