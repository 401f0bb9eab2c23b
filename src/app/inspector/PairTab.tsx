// One block T_ij: output token and source token; the source can be chosen here too.

import { operatorWords } from '../../state/help';
import { PairView } from '../../views/pair/View';
import { useApp } from '../context';
import { SelectField } from '../shared/Select';
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
        <SelectField
          label="Input"
          options={[
            { value: null, text: 'strongest of the row' },
            ...sources.map((value) => ({ value, text: `${value} ${tokens[value]!.piece}` })),
          ]}
          value={settings.source}
          onChange={inspected.onPick}
        />
      </div>
      <SlotFrame name="pair" slot={slot} tall>
        {(result) => <PairView result={result} tokens={tokens} operator={operatorWords(settings.operator)} />}
      </SlotFrame>
    </>
  );
}
