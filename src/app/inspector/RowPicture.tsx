// Signed bars of the inspected token, whichever method they are of.

import type { RowResult } from '../../engine/protocol';
import { type Rest, RowView } from '../../views/row/View';
import { useController } from '../context';
import { useInspected } from './useInspected';

interface RowPictureProps {
  readonly result: RowResult;
  /** In place of the bias and the sum, of a row whose parts leave something over. */
  readonly rest?: Rest | undefined;
  /** Always in reading order, whatever is chosen. */
  readonly inReadingOrder?: boolean;
}

export function RowPicture({ result, rest, inReadingOrder = false }: RowPictureProps) {
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  return (
    <RowView
      result={result}
      tokens={inspected.named}
      thumbnail={inspected.thumbnail}
      hiddenSources={inspected.hidden}
      selection={inspected.selection}
      order={inReadingOrder ? 'reading' : inspected.settings.order}
      {...(!inReadingOrder && { onOrder: (order) => controller.change({ order }) })}
      onHover={inspected.onHoverSource}
      onPick={inspected.onPick}
      {...(rest && { rest })}
    />
  );
}
