// Localisation: how often a map's first token is one that is known to be responsible. Computed on the world's sentences, beside the page's run.

import { useCallback, useMemo, useState } from 'react';
import { modelKey } from '../../share/settings';
import { sentenceOf } from '../../state/sentence';
import type { Many } from '../../state/studies';
import { LocalisationView } from '../../views/faithfulness/LocalisationView';
import { localisationOf } from '../../views/faithfulness/localisation';
import { useApp } from '../context';
import { SelectField } from '../shared/Select';
import { useBench, useStudies } from './bench';
import { RankingChoice } from './Choices';
import { Remarks } from './Here';
import { JobLine } from './JobLine';
import { useListPrice } from './listPrice';
import { manyNotes } from './notes';
import { hasWorld, loadWorld } from './world';

const counts = [4, 10, 40].map((value) => ({ value, text: String(value) }));

export function LocalisationPart() {
  const { model, asked } = useApp(({ model, settings }) => ({ model, asked: modelKey(settings) }));
  const bench = useBench();
  const { ground, localisation } = useStudies();
  const [each, setEach] = useState(10);
  const [problem, setProblem] = useState<string | null>(null);
  const known = hasWorld(asked);
  const groups = useCallback(async () => (known ? loadWorld(asked, each) : []), [known, asked, each]);
  const price = useListPrice(groups, false);
  if (model === null) return null;
  if (!known) {
    return (
      <p className="slot-note">
        Which tokens are responsible is known only in the embedded models’ world of sentences: open Tiny world or its
        encoder to see this table.
      </p>
    );
  }
  const compute = async () => {
    setProblem(null);
    try {
      await bench.computeMany('localisation', await groups(), false);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <>
      <RankingChoice />
      <SelectField label="Sentences of each family" options={counts} value={each} onChange={setEach} />
      <p className="view-note">
        Responsible by construction: the subject of a fact, the word that followed before, the other person, the head
        noun. Computed here, now, on this device, on sentences that training has not seen; they run beside this prompt.
      </p>
      {problem !== null && (
        <p className="slot-note slot-error" role="alert">
          {problem}
        </p>
      )}
      <JobLine
        job={localisation}
        disabled={ground === null}
        onCompute={() => void compute()}
        onCancel={() => bench.cancel('localisation')}
      >
        {price}
      </JobLine>
      {localisation?.answer?.model === asked && localisation.status !== 'running' && (
        <Result answer={localisation.answer} />
      )}
    </>
  );
}

function Result({ answer }: { answer: Many }) {
  const table = useMemo(() => localisationOf(answer.groups, answer.rankings), [answer]);
  return (
    <>
      <LocalisationView table={table} />
      <p className="view-note">
        Shares of the sentences whose first token, among those that may be masked, is a responsible one; 95 % intervals,
        Wilson’s, of random orders the bootstrap’s.
      </p>
      <Remarks remarks={manyNotes(answer, false)} />
    </>
  );
}
