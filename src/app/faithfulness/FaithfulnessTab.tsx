// Whether a map says what the model does: deletion on this prompt, deletion on many, localisation. A file of its own, loaded when it is opened.

import { useEffect } from 'react';
import type { StudyName } from '../../share/settings';
import { pinnedToken } from '../../state/wants';
import { Choice } from '../../views/shared/Choice';
import { useApp, useController } from '../context';
import { useBench } from './bench';
import { Here } from './Here';
import { LocalisationPart } from './LocalisationPart';
import { Many } from './Many';
import './faithfulness.css';

const studies: readonly { readonly value: StudyName; readonly text: string }[] = [
  { value: 'prompt', text: 'Deletion, this prompt' },
  { value: 'set', text: 'Deletion, many prompts' },
  { value: 'localisation', text: 'Localisation' },
];

export default function FaithfulnessTab() {
  const { settings, run, live } = useApp(({ settings, run, live }) => ({ settings, run, live }));
  const controller = useController();
  const bench = useBench();
  const token = run === null ? null : pinnedToken(settings, run.summary);
  const ready = live && run?.origin === 'live';
  const number = run?.summary.run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what may be masked depends on the run, the token and the class
  useEffect(() => {
    if (ready) void bench.look();
  }, [bench, ready, number, token, settings.class]);
  if (run === null) return null;
  return (
    <div className="faithfulness view">
      <Choice
        name="Question"
        options={studies}
        value={settings.study}
        onChange={(study) => controller.change({ study }, 'push')}
      />
      <p className="view-note">
        Deletion asks what becomes of the answer when tokens are masked in a map’s order; localisation, whether a map’s
        first token is one known to be responsible. They are two questions and are known to disagree: a good result in
        one says little about the other.
      </p>
      {settings.study === 'prompt' && <Here />}
      {settings.study === 'set' && <Many />}
      {settings.study === 'localisation' && <LocalisationPart />}
    </div>
  );
}
