// A labelled control, and a labelled checkbox. The hint is a tooltip for the eye and a description for screen readers.

import { type ReactNode, useId } from 'react';

export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="field" title={hint}>
      <span className="label">{label}</span>
      {children}
    </label>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Toggle({ label, hint, checked, disabled = false, onChange }: ToggleProps) {
  const id = useId();
  return (
    <>
      <label className="toggle" title={hint} data-disabled={disabled}>
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          aria-describedby={id}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      <span id={id} className="unseen">
        {hint}
      </span>
    </>
  );
}
