// Under a map from random probes: whether it is estimated or exact, how far it may be off, and what to do about it.

import type { MapResult, ProbedMapName } from '../../engine/protocol';
import { requestKey } from '../../engine/stored';
import { mapRequest } from '../../state/wants';
import { formatPercent } from '../../views/shared/numbers';
import { useApp, useController } from '../context';
import { formatFlops } from '../shared/format';

interface EstimateProps {
  readonly map: ProbedMapName;
  readonly result: MapResult;
}

export function Estimate({ map, result }: EstimateProps) {
  const { settings, model, refining } = useApp(({ settings, model, refining }) => ({ settings, model, refining }));
  const controller = useController();
  if (model === null) return null;
  const { estimate, matrix, provenance } = result;
  if (!estimate) return <p className="note estimate">Exact: every direction was pulled back.</p>;
  const { probes, of, band, confidence } = estimate;
  const question = requestKey('map', mapRequest(map, settings, model));
  const rest = provenance.plan && formatFlops((provenance.plan.flops * (of - probes)) / probes);
  return (
    <p className="note estimate">
      <b>Estimated</b>, ± {formatPercent(typicalError(matrix.data, band))} ({100 * confidence} % band, median), {probes}{' '}
      of {of} probes.{' '}
      {refining === question ? (
        <button className="button" type="button" onClick={() => controller.stopRefining()}>
          Stop
        </button>
      ) : (
        <>
          <button className="button" type="button" onClick={() => controller.refine(question)}>
            Refine
          </button>{' '}
          <button className="button" type="button" onClick={() => controller.probe(question, of)}>
            Exact{rest && `, ${rest}`}
          </button>
        </>
      )}
    </p>
  );
}

/** Median of the bands, each as a share of its entry. */
export function typicalError(values: ArrayLike<number>, band: ArrayLike<number>): number {
  const shares = Array.from(values, (value, at) => (value === 0 ? 0 : band[at]! / Math.abs(value)));
  const found = shares.filter((share) => share > 0).sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)] ?? 0;
}
