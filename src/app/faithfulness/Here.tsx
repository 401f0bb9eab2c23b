// Deletion on the run that is on the screen.

import { useEffect, useMemo } from 'react';
import { areaRows, curveRows } from '../../analysis/summary';
import type { Here as Answer, Ground } from '../../state/studies';
import { hereKey, maskingOf } from '../../state/studyChoices';
import { DeletionView } from '../../views/faithfulness/DeletionView';
import { useApp } from '../context';
import { planWords } from '../shared/format';
import { useBench, useStudies } from './bench';
import { DeletionChoice, RankingChoice } from './Choices';
import { JobLine } from './JobLine';
import { missingNotes, tieNotes } from './notes';

export function Here() {
  const { settings, run, model } = useApp(({ settings, run, model }) => ({ settings, run, model }));
  const bench = useBench();
  const { ground, groundError, price, here } = useStudies();
  const masking = maskingOf(settings, ground?.maskings ?? [], model?.causal ?? true);
  const key = run === null ? '' : hereKey(settings, run.summary, masking);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the price is that of this question
  useEffect(() => {
    if (ground !== null) void bench.price();
  }, [bench, ground, key]);
  if (run === null || model === null) return null;
  if (groundError !== null) {
    return (
      <p className="slot-note slot-error" role="alert">
        {groundError}
      </p>
    );
  }
  const stale = here?.answer !== null && here?.key !== key;
  const priced = price?.key === key ? price : null;
  return (
    <>
      <RankingChoice />
      <DeletionChoice />
      {ground === null ? (
        <p className="slot-note">{run.origin === 'live' ? 'looking at the prompt …' : 'The model is being opened …'}</p>
      ) : (
        <p className="view-note">
          {maskable(ground, run.summary.tokens.length, model.causal)} The answer is{' '}
          <b className="view-token">{ground.answer.piece}</b>, probability {ground.answer.probability.toFixed(3)}.
          {ground.answer.probability > 0.9995 &&
            ' All of the probability is on it, so small effects show in the log-probability only.'}{' '}
          Every map is taken over all blocks, gate rule half.
        </p>
      )}
      <JobLine
        job={here}
        disabled={ground === null || ground.eligible.length < 2}
        onCompute={() => void bench.computeHere()}
        onCancel={() => bench.cancel('here')}
      >
        {ground !== null && ground.eligible.length < 2
          ? `Only ${ground.eligible.length} of this prompt’s tokens can be masked: orders need at least two. Use a longer prompt.`
          : priced && `at most ${priced.runs} masked runs, ${planWords(priced)}`}
      </JobLine>
      {here?.answer && (
        <div className="slot" data-stale={stale}>
          {stale && <p className="slot-note">The picture answers the question before: Compute for the new one.</p>}
          <Result answer={here.answer} />
        </div>
      )}
    </>
  );
}

function Result({ answer }: { answer: Answer }) {
  const measure = useApp((state) => state.settings.measure);
  const { studied, rankings, setting, tied } = answer;
  const { series, areas } = useMemo(
    () => ({
      series: curveRows([studied], rankings, setting, measure),
      areas: areaRows([studied], rankings, setting, measure, ''),
    }),
    [studied, rankings, setting, measure],
  );
  const remarks = [...tieNotes(tied, rankings, studied.eligible.length), ...missingNotes(studied.missing, rankings)];
  if (series.length === 0) return <Remarks remarks={remarks} />;
  return (
    <>
      <DeletionView
        name="Deletion on this prompt"
        series={series}
        areas={areas}
        fractions={setting.fractions}
        measure={measure}
        reference={null}
      />
      <p className="view-note">
        Areas are mean heights of the curves. One prompt has no interval: a difference here may be chance; see many
        prompts.
      </p>
      <Remarks remarks={remarks} />
    </>
  );
}

export function Remarks({ remarks }: { remarks: readonly string[] }) {
  return remarks.map((remark) => (
    <p key={remark} className="view-note">
      {remark}
    </p>
  ));
}

function maskable({ eligible }: Ground, tokens: number, causal: boolean): string {
  const kept = causal
    ? 'special tokens, the first token and the last one, at which the answer is read, stay'
    : 'special tokens and the one at which the answer is read stay';
  return `${eligible.length} of ${tokens} tokens can be masked; ${kept}. Positions and length stay too.`;
}
