// The fields that say which number is explained: class, direction in logit space, gate rule. Of the analysis, and of each side of a comparison.

import type { GateRule, Prediction } from '../../engine/protocol';
import type { DirectionName } from '../../share/settings';
import { directions } from '../../state/target';
import { optionsOf, SelectField } from './Select';

interface FieldProps<V> {
  readonly value: V;
  readonly onChange: (value: V) => void;
  /** What screen readers call it, where it is there twice. */
  readonly name?: string;
}

interface TargetFieldProps extends FieldProps<number | null> {
  readonly hint?: string;
  /** Best first. */
  readonly candidates: readonly Prediction[];
  /** A class that is no candidate, in words. */
  readonly chosen: string | null;
  readonly words?: (candidate: Prediction) => string;
}

/** null: the top prediction. */
export function TargetField({
  value,
  onChange,
  name = 'Target',
  hint,
  candidates,
  chosen,
  words = ({ piece }) => piece,
}: TargetFieldProps) {
  const [top] = candidates;
  const known = value === null || candidates.some(({ id }) => id === value);
  return (
    <SelectField
      label="Target"
      name={name}
      hint={hint}
      value={value}
      options={[
        { value: null, text: top ? `${top.piece} (top prediction)` : 'top prediction' },
        ...candidates.map((candidate) => ({ value: candidate.id, text: words(candidate) })),
        ...(known ? [] : [{ value, text: chosen ?? `token ${value}` }]),
      ]}
      onChange={onChange}
    />
  );
}

const directionOptions = (Object.keys(directions) as DirectionName[]).map((value) => ({
  value,
  text: directions[value].name,
}));

export function DirectionField({
  name = 'Direction',
  hint,
  ...field
}: FieldProps<DirectionName> & { readonly hint?: string }) {
  return <SelectField label="as" name={name} hint={hint} options={directionOptions} {...field} />;
}

const gateRules = optionsOf<GateRule>({ half: 'half', up: 'up', gate: 'gate' });

/** Only of models with gated feed-forward layers. */
export function GateRuleField(field: FieldProps<GateRule>) {
  return (
    <SelectField
      label="Gate rule"
      hint="Which factor of a gated feed-forward layer is held: half takes the mean of both."
      options={gateRules}
      {...field}
    />
  );
}
