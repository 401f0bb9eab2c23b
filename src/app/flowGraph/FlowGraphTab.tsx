// The flow graph in the inspector: what it takes apart, the picture, and the tokens of the opened node.

import type { ComponentResult, ScoredToken } from '../../engine/protocol';
import type { Slot } from '../../state/store';
import { FlowGraphView } from '../../views/flowGraph/View';
import { formatNumber, formatSigned } from '../../views/shared/numbers';
import { useApp, useController } from '../context';
import { useInspected } from '../inspector/useInspected';
import { SlotFrame } from '../shared/SlotFrame';
import { GraphTarget } from './GraphTarget';

/** `large`: alone in the window. */
export default function FlowGraphTab({ large = false }: { large?: boolean }) {
  const { slot, component } = useApp(({ slots }) => ({ slot: slots.flowGraph, component: slots.component }));
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  const { settings } = inspected;
  return (
    <>
      <div className="graph-head">
        <GraphTarget />
        {!large && (
          <button
            type="button"
            className="button square quiet"
            aria-label="Enlarge the flow graph"
            title="Enlarge"
            onClick={() => controller.change({ enlarged: 'graph' })}
          >
            ⤢
          </button>
        )}
      </div>
      <SlotFrame name="flowGraph" slot={slot} tall>
        {(result) => (
          <FlowGraphView
            result={result}
            tokens={inspected.tokens}
            large={large}
            choice={{
              least: settings.graphLeast,
              scaled: settings.graphScaled,
              node: settings.graphNode,
              focus: settings.graphFocus,
            }}
            onChoice={({ least, scaled, node, focus }) =>
              controller.change({
                ...(least !== undefined && { graphLeast: least }),
                ...(scaled !== undefined && { graphScaled: scaled }),
                ...(node !== undefined && { graphNode: node }),
                ...(focus !== undefined && { graphFocus: focus }),
              })
            }
          >
            <Component slot={component} />
          </FlowGraphView>
        )}
      </SlotFrame>
    </>
  );
}

/** The opened node through the logit lens; a stream has no slot, since it adds nothing by itself. */
function Component({ slot }: { slot: Slot<ComponentResult> | undefined }) {
  const classes = useApp(({ model }) => model?.classes);
  if (slot === undefined) return null;
  return (
    <SlotFrame name="component" slot={slot}>
      {({ promotes, suppresses, length }) =>
        promotes.length === 0 && suppresses.length === 0 ? (
          <p className="view-note">
            Its vector is {formatNumber(length)} long.{' '}
            {classes === 0 && 'This model has no trained head, so the vector speaks for no tokens.'}
          </p>
        ) : (
          <dl aria-label="Tokens of the opened node">
            <dt>promotes</dt>
            <dd className="view-flow-words">{listOf(promotes)}</dd>
            <dt>suppresses</dt>
            <dd className="view-flow-words">{listOf(suppresses)}</dd>
            <dt>length</dt>
            <dd>{formatNumber(length)}</dd>
          </dl>
        )
      }
    </SlotFrame>
  );
}

const listOf = (tokens: readonly ScoredToken[]) =>
  tokens.map(({ id, piece, score }) => (
    <span key={id} className="view-whole">
      <span className="view-token">{piece}</span> <span className="view-note">{formatSigned(score)}</span>
    </span>
  ));
