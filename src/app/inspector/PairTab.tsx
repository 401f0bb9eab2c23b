// One block T_ij: output token and source token; the source can be chosen here too.

import { PairView } from '../../views/pair/View';
import { useApp } from '../context';
import { Field } from '../shared/Field';
import { SlotFrame } from '../shared/SlotFrame';
import { OperatorChoice } from './OperatorChoice';
import { useInspected } from './useInspected';

export function PairTab() {
  const slot = useApp(({ slots }) => slots.pair);
  const inspected = useInspected();
  if (inspected === null) return null;
  const { tokens, token, model, settings } = inspected;
  const sources = tokens.map((_, at) => at).filter((at) => !model.causal || at <= token);
  return (
    <>
      <OperatorChoice />
      <div className="pair-choice">
        <Field label="Input">
          <select
            className="select"
            value={settings.source ?? ''}
            onChange={(event) => inspected.onPick(event.target.value === '' ? null : Number(event.target.value))}
          >
            <option value="">strongest of the row</option>
            {sources.map((at) => (
              <option key={at} value={at}>
                {at} {tokens[at]!.piece}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <SlotFrame name="pair" slot={slot} tall>
        {(result) => <PairView result={result} tokens={tokens} />}
      </SlotFrame>
    </>
  );
}
