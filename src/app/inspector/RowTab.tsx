// The row: every input's signed part of the explained number, by T or by another method.

import { useApp } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { MethodChoice } from './MethodChoice';
import { MethodRow } from './MethodRow';
import { NoClass } from './NoClass';
import { RowPicture } from './RowPicture';

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
  if (slot === undefined) return <NoClass />;
  return (
    <SlotFrame name="row" slot={slot} tall>
      {(result) => <RowPicture result={result} />}
    </SlotFrame>
  );
}
