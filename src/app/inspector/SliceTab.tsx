// The 3-D slice of the explained token, exact, with its contractions.

import { operatorWords } from '../../state/help';
import { SliceView } from '../../views/slice/View';
import { useApp, useController } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { OperatorChoice } from './OperatorChoice';
import { useInspected } from './useInspected';

export function SliceTab() {
  const slot = useApp(({ slots }) => slots.slice);
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  return (
    <>
      <OperatorChoice />
      <SlotFrame name="slice" slot={slot} tall>
        {(result) => (
          <SliceView
            result={result}
            tokens={inspected.tokens}
            causal={inspected.model.causal}
            hiddenSources={inspected.hidden}
            selection={inspected.selection}
            operator={operatorWords(inspected.settings.operator)}
            contraction={inspected.settings.contraction}
            onContraction={(contraction) => controller.change({ contraction })}
            onHover={inspected.onHover}
            onPick={inspected.onPick}
          />
        )}
      </SlotFrame>
    </>
  );
}
