// The row of another method than T: the same signed bars, and what its parts leave over, said as it is.

import { useCallback, useMemo } from 'react';
import type { AttributeResult, MethodName } from '../../engine/protocol';
import { requestKey } from '../../engine/stored';
import { help } from '../../state/help';
import { attributeRequest, isHeavyMethod, pinnedToken } from '../../state/wants';
import { asRow, relevanceTable } from '../../views/row/relevance';
import type { Rest } from '../../views/row/View';
import { formatNumber, formatPercent, formatSigned } from '../../views/shared/numbers';
import { useApp, useController } from '../context';
import { AskFirst } from '../shared/AskFirst';
import { SlotFrame } from '../shared/SlotFrame';
import { NoClass } from './NoClass';
import { RowPicture } from './RowPicture';
import { useInspected } from './useInspected';

export function MethodRow({ method }: { method: MethodName | 'decompx' }) {
  const { attribution, sharedRow, plan, range, pins } = useApp(({ slots, settings }) => ({
    attribution: slots.attribution,
    sharedRow: slots.sharedRow,
    plan: slots.methodPlan,
    range: settings.range,
    pins: settings.pinned.length,
  }));
  const controller = useController();
  const inspected = useInspected();
  if (inspected === null) return null;
  const { run } = inspected;
  const heavy = method !== 'decompx' && isHeavyMethod(method) && attribution === undefined;
  const request = method === 'decompx' ? null : attributeRequest(method, inspected.settings, run);
  const slot = method === 'decompx' ? sharedRow : attribution;
  if (slot === undefined && !heavy) return <NoClass />;
  return (
    <>
      {pins > 1 && (
        <p className="slot-note">
          Of the first pinned token, {inspected.tokens[pinnedToken(inspected.settings, run)]?.piece}.
        </p>
      )}
      {method !== 'decompx' && range !== null && (
        <p className="slot-note">About the whole model: the chosen blocks do not apply to this method.</p>
      )}
      {heavy && request !== null ? (
        <AskFirst
          what={
            method === 'ablation'
              ? 'The model is run again without each token'
              : 'Gradients are taken on the way from no input to this one until the parts add up; at most'
          }
          name="methodPlan"
          plan={plan}
          offers={[{ onChoose: () => controller.approve(requestKey('attribute', request)) }]}
        />
      ) : method === 'decompx' ? (
        <SlotFrame name="sharedRow" slot={sharedRow} tall>
          {(result) => <RowPicture result={result} />}
        </SlotFrame>
      ) : (
        <SlotFrame name="attribution" slot={attribution} tall>
          {(result) => <Relevance result={result} method={method} />}
        </SlotFrame>
      )}
    </>
  );
}

function Relevance({ result, method }: { result: AttributeResult; method: MethodName }) {
  const tokens = useInspected()?.named ?? [];
  const table = useCallback(() => relevanceTable(result, help(method).title, tokens), [result, method, tokens]);
  const row = useMemo(() => asRow(result), [result]);
  const rest: Rest = {
    name: result.leftOver === null ? null : 'left over',
    table,
    account: <Account result={result} method={method} />,
  };
  return <RowPicture result={row} rest={rest} />;
}

const partsOfNothing: Partial<Record<MethodName, string>> = {
  saliency: 'Parts of nothing: lengths of gradients add up to no number.',
  chefer: 'Parts of nothing: what lowered the number was cut off on the way, so relevances add up to no number.',
  ablation: 'Parts of nothing: each is the effect of leaving out one token, and effects need not add up.',
};

function Account({ result, method }: { result: AttributeResult; method: MethodName }) {
  const { relevance, total, leftOver, integration } = result;
  if (total === null || leftOver === null) return <p className="view-sum">{partsOfNothing[method]}</p>;
  const sum = relevance.reduce((all, value) => all + value, 0);
  const share = total === 0 ? null : Math.abs(leftOver / total);
  return (
    <p className="view-sum">
      Σ sources {formatSigned(sum)} of {integration ? 'what the number gains on no input' : 'the explained number'},{' '}
      <b>{formatSigned(total)}</b>: {formatSigned(leftOver)} left over
      {share !== null && ` (${formatPercent(share)})`}.
      {integration && (
        <>
          {' '}
          <span className="view-note">
            {integration.steps} gradients; without any input the number is {formatSigned(integration.withoutInput)}.
            Interval by interval the parts miss {formatNumber(integration.gap)} in all
            {integration.error !== null && `, a single token by up to about ${formatNumber(integration.error)}`}.
          </span>
        </>
      )}
    </p>
  );
}
