// The logit lens in its slot: computed at once where it is cheap, else after the reader's word.

import { requestKey } from '../../engine/stored';
import { lensFlops, lensWant } from '../../state/wants';
import { LensView } from '../../views/layers/LensView';
import { useApp, useController } from '../context';
import { AskFirst } from '../shared/AskFirst';
import { SlotFrame } from '../shared/SlotFrame';
import { useInspected } from './useInspected';

export function LensPicture() {
  const { slot, run, model, approved } = useApp(({ slots, run, model, approved }) => ({
    slot: slots.lens,
    run,
    model,
    approved,
  }));
  const controller = useController();
  const inspected = useInspected();
  if (run === null || model === null || inspected === null) return null;
  if (model.classes === 0 || model.readToken !== undefined) {
    return <p className="slot-note">The logit lens needs a model that predicts something at every token.</p>;
  }
  const question = { model, run: run.summary, approved };
  if (lensWant(question) === null) {
    const key = requestKey('lens', { first: 0, count: run.summary.tokens.length });
    return (
      <AskFirst
        what="Logits of all tokens after every block"
        flops={lensFlops(question)}
        offers={[{ onChoose: () => controller.approve(key) }]}
      />
    );
  }
  return (
    <SlotFrame name="lens" slot={slot} tall>
      {(result) => (
        <LensView
          result={result}
          tokens={inspected.tokens}
          token={inspected.token}
          onPick={(token, layer, id) =>
            controller.change({ pinned: [token], class: id, rivals: [], layersKind: 'upTo', layer }, 'push')
          }
        />
      )}
    </SlotFrame>
  );
}
