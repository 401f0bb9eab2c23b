// T beside the Jacobian of the same output: their norms and completeness, their rows side by side, and what each predicts of an actual change.
// Loaded when the tab is first opened.

import { useMemo, useState } from 'react';
import { requestKey } from '../../engine/stored';
import { remainderDirections, remainderRequest, remainderSizes } from '../../state/wants';
import { RowsView } from '../../views/compare/RowsView';
import { NormsView } from '../../views/jacobian/NormsView';
import { RemainderView } from '../../views/jacobian/RemainderView';
import { useApp, useController } from '../context';
import { NoClass } from '../inspector/NoClass';
import { useInspected } from '../inspector/useInspected';
import { AskFirst } from '../shared/AskFirst';
import { SlotFrame } from '../shared/SlotFrame';
import './jacobianTab.css';

export default function JacobianTab() {
  const { beside, jacobianRow, remainder, remainderPlan } = useApp(({ slots }) => ({
    beside: slots.beside,
    jacobianRow: slots.jacobianRow,
    remainder: slots.remainder,
    remainderPlan: slots.remainderPlan,
  }));
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  const { tokens, run, settings } = inspected;
  const request = remainderRequest(settings, run);
  return (
    <div className="jacobian-tab">
      <SlotFrame name="beside" slot={beside} tall>
        {(result) => (
          <NormsView
            result={result}
            tokens={tokens}
            hiddenSources={inspected.hidden}
            source={settings.source}
            onPick={inspected.onPick}
          />
        )}
      </SlotFrame>
      {jacobianRow === undefined ? (
        <NoClass />
      ) : (
        <>
          <Rows />
          {remainder === undefined ? (
            <AskFirst
              what={`What both predict of an actual change is measured with ${request.sizes.length * request.directions} more runs of the model`}
              name="remainderPlan"
              plan={remainderPlan}
              times={(remainderSizes.length * remainderDirections) / tokens.length}
              offers={[{ onChoose: () => controller.approve(requestKey('remainder', request)) }]}
            />
          ) : (
            <SlotFrame name="remainder" slot={remainder} tall>
              {(result) => <RemainderView result={result} sizes={remainderSizes} />}
            </SlotFrame>
          )}
        </>
      )}
      <section aria-label="Why they differ">
        <h3>Why they differ</h3>
        <p className="note">
          T holds what the model computes from its input beside the linear path, at the values it has here; J lets it
          move. Norms: T keeps the scale 1/σ, J also tells how σ changes, and so removes what only stretches the vector.
          Activations: T keeps the ratio φ(z)/z, J takes the slope φ′(z). Softmax: T keeps the attention pattern, J also
          tells how queries and keys would move it.
        </p>
      </section>
    </div>
  );
}

function Rows() {
  const { tensorRow, jacobianRow } = useApp(({ slots }) => ({
    tensorRow: slots.tensorRow,
    jacobianRow: slots.jacobianRow,
  }));
  const [order, setOrder] = useState<'ranked' | 'reading'>('reading');
  const tokens = useInspected()?.tokens;
  const pairs = useMemo(() => tokens?.map((_, at) => ({ left: at, right: at, same: true })) ?? [], [tokens]);
  const left = tensorRow?.value;
  return (
    <SlotFrame name="tensorRow" slot={tensorRow} tall>
      {() => (
        <SlotFrame name="jacobianRow" slot={jacobianRow} tall>
          {(right) =>
            left && tokens ? (
              <RowsView
                left={{ row: left, tokens }}
                right={{ row: right, tokens }}
                pairs={pairs}
                names={['T', 'J']}
                bias="bias, left over"
                order={order}
                onOrder={setOrder}
              />
            ) : null
          }
        </SlotFrame>
      )}
    </SlotFrame>
  );
}
