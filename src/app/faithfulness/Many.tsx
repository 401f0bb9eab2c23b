// Deletion on many prompts: the reader's list, a file, or the embedded model's world. They run beside the page's run.

import { useCallback, useId, useMemo, useState } from 'react';
import { areaRows, curveRows } from '../../analysis/summary';
import { modelKey } from '../../share/settings';
import { listFile, mostListBytes, mostPrompts, promptsOf } from '../../state/promptList';
import { sentenceOf } from '../../state/sentence';
import type { Many as Answer, PromptGroup } from '../../state/studies';
import { DeletionView } from '../../views/faithfulness/DeletionView';
import { Choice } from '../../views/shared/Choice';
import { useApp } from '../context';
import { SelectField } from '../shared/Select';
import { useBench, useStudies } from './bench';
import { DeletionChoice, RankingChoice } from './Choices';
import { Remarks } from './Here';
import { JobLine } from './JobLine';
import { useListPrice } from './listPrice';
import { manyNotes } from './notes';
import { hasWorld, loadWorld } from './world';

type From = 'list' | 'world';

const counts = [2, 4, 10, 40].map((value) => ({ value, text: String(value) }));

export function Many() {
  const { model, asked } = useApp(({ model, settings }) => ({ model, asked: modelKey(settings) }));
  const bench = useBench();
  const { ground, groundError, many } = useStudies();
  const world = model !== null && hasWorld(asked);
  const [from, setFrom] = useState<From>(world ? 'world' : 'list');
  const [text, setText] = useState('');
  const [each, setEach] = useState(4);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useId();
  const source: From = world ? from : 'list';
  const groups = useCallback(
    async () => (source === 'world' ? loadWorld(asked, each) : [ownList(text)]),
    [source, asked, each, text],
  );
  const price = useListPrice(groups, true);
  if (model === null) return null;
  if (model.image) {
    return (
      <p className="slot-note">
        Lists of prompts are for models that read text; this one reads pictures, one at a time.
      </p>
    );
  }
  const compute = async () => {
    setProblem(null);
    try {
      await bench.computeMany('many', await groups(), true);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  const open = async (file: File | undefined) => {
    if (!file) return;
    setProblem(null);
    try {
      // The size is known before anything is read.
      if (file.size > mostListBytes) listFile(file.name, new Uint8Array(mostListBytes + 1));
      setText(listFile(file.name, new Uint8Array(await file.arrayBuffer())));
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <>
      <RankingChoice />
      <DeletionChoice />
      {world && (
        <Choice
          name="Prompts"
          options={[
            { value: 'world', text: 'the model’s world' },
            { value: 'list', text: 'own list' },
          ]}
          value={from}
          onChange={setFrom}
        />
      )}
      {source === 'world' ? (
        <SelectField label="Sentences of each family" options={counts} value={each} onChange={setEach} />
      ) : (
        <div className="study-list">
          <label htmlFor={field}>Prompts, one a line (at most {mostPrompts})</label>
          <textarea id={field} rows={5} value={text} onChange={(event) => setText(event.target.value)} />
          <label className="field">
            <span className="label">or a text file</span>
            <input
              type="file"
              accept=".txt,text/plain"
              onChange={(event) => {
                void open(event.target.files?.[0]);
                event.target.value = ''; // the same file may be chosen again
              }}
            />
          </label>
        </div>
      )}
      <p className="view-note">
        {source === 'world'
          ? 'Sentences that the model’s training has not seen, of five families in turn; only those that it answers rightly count.'
          : 'The answer of each prompt is the model’s own first choice, right or wrong.'}{' '}
        They run beside this prompt, which stays as it is.
      </p>
      {problem !== null && (
        <p className="slot-note slot-error" role="alert">
          {problem}
        </p>
      )}
      {groupError(groundError)}
      <JobLine
        job={many}
        disabled={ground === null}
        onCompute={() => void compute()}
        onCancel={() => bench.cancel('many')}
      >
        {price}
      </JobLine>
      {many?.answer?.model === asked && many.status !== 'running' && <Result answer={many.answer} />}
    </>
  );
}

const groupError = (sentence: string | null) =>
  sentence !== null && (
    <p className="slot-note slot-error" role="alert">
      {sentence}
    </p>
  );

function ownList(text: string): PromptGroup {
  const prompts = promptsOf(text).map((line) => ({
    input: { text: line },
    answer: null,
    foils: [],
    right: null,
    responsible: null,
  }));
  return { name: 'list', title: 'Own list', prompts };
}

function Result({ answer }: { answer: Answer }) {
  const measure = useApp((state) => state.settings.measure);
  const { groups, rankings, setting } = answer;
  const found = useMemo(() => {
    const prompts = groups.flatMap((group) => group.prompts);
    if (prompts.length === 0) return null;
    const reference = rankings[0]!;
    return {
      prompts,
      reference,
      series: curveRows(prompts, rankings, setting, measure),
      areas: areaRows(prompts, rankings, setting, measure, reference.group),
    };
  }, [groups, rankings, setting, measure]);
  const remarks = manyNotes(answer);
  if (found === null || found.series.length === 0) return <Remarks remarks={remarks} />;
  return (
    <>
      <DeletionView
        name="Deletion on many prompts"
        series={found.series}
        areas={found.areas}
        fractions={setting.fractions}
        measure={measure}
        reference={found.reference.title}
      />
      <p className="view-note">
        Means over {found.prompts.length} prompts with 95 % intervals of the paired bootstrap (10,000 resamples of the
        prompts), not corrected for the number of comparisons. An interval of a difference that holds 0 tells nothing
        apart.
      </p>
      <Remarks remarks={remarks} />
    </>
  );
}
