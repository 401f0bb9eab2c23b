// Shares of blocks, heads and feed-forward layers, among the layers: read off the flow graph of the same question.

import { SharesView } from '../../views/flowGraph/Shares';
import { useApp } from '../context';
import { SlotFrame } from '../shared/SlotFrame';
import { GraphTarget } from './GraphTarget';

export default function SharesTab() {
  const slot = useApp(({ slots }) => slots.flowGraph);
  return (
    <>
      <GraphTarget />
      <SlotFrame name="flowGraph" slot={slot} tall>
        {(result) => <SharesView result={result} />}
      </SlotFrame>
    </>
  );
}
