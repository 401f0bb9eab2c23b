// The row: every input's signed part of the explained number, by T or by another method.

import { RowView } from '../../views/row/View';
import { useApp, useController } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { MethodChoice } from './MethodChoice';
import { MethodRow } from './MethodRow';
import { NoClass } from './NoClass';
import { useInspected } from './useInspected';

export function RowTab() {
  const method = useApp(({ settings }) => settings.method);
  return (
    <>
      <MethodChoice />
      {method === 'row' ? <TensorRow /> : <MethodRow method={method} />}
    </>
  );
}

function TensorRow() {
  const slot = useApp(({ slots }) => slots.row);
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  if (slot === undefined) return <NoClass />;
  return (
    <SlotFrame name="row" slot={slot} tall>
      {(result) => (
        <RowView
          result={result}
          tokens={inspected.named}
          thumbnail={inspected.thumbnail}
          hiddenSources={inspected.hidden}
          selection={inspected.selection}
          order={inspected.settings.order}
          onOrder={(order) => controller.change({ order })}
          onHover={inspected.onHoverSource}
          onPick={inspected.onPick}
        />
      )}
    </SlotFrame>
  );
}
