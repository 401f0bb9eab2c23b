// The target: which predicted token, read in which direction, against which rivals. Any word of the vocabulary can be typed.

import { useId, useState } from 'react';
import type { Settings } from '../../share/settings';
import { candidates, directionMeans } from '../../state/target';
import { useApp, useController } from '../context';
import { formatProbability } from '../shared/format';
import { DirectionField, TargetField } from '../shared/TargetFields';
import { rivalsSelection, targetSelection } from './selections';

export function TargetControl() {
  const { settings, run, labels, chosen } = useApp(targetSelection);
  const rivals = useApp(rivalsSelection);
  const controller = useController();
  if (run === null) return null;
  const list = candidates(settings, run.summary);
  const change = (patch: Partial<Settings>) => controller.change(patch, 'push');
  const means = directionMeans(settings.direction, labels !== null);
  return (
    <div className="target">
      <TargetField
        value={settings.class}
        hint={`The ${labels === null ? 'token' : 'class'} whose logit is explained.`}
        candidates={list}
        chosen={chosen}
        words={({ piece, probability }) => (labels === null ? piece : `${piece} ${formatProbability(probability)}`)}
        onChange={(id) => change({ class: id, rivals: [] })}
      />
      <WordField
        label={labels === null ? 'or a word' : 'or a class'}
        among={labels}
        onFound={(id) => change({ class: id, rivals: [] })}
      />
      <DirectionField
        hint={means}
        value={settings.direction}
        onChange={(direction) => change({ direction, rivals: [] })}
      />
      {settings.direction === 'contrast' && (
        <>
          <span className="rivals">
            not {settings.rivals.length === 0 && <span className="dim">the runner-up</span>}
            {settings.rivals.map((id, at) => (
              <button
                key={id}
                type="button"
                className="token"
                aria-label={`Remove rival ${rivals[at]}`}
                onClick={() => change({ rivals: settings.rivals.filter((rival) => rival !== id) })}
              >
                {rivals[at]} ×
              </button>
            ))}
          </span>
          <WordField
            label="add rival"
            among={labels}
            onFound={(id) => !settings.rivals.includes(id) && change({ rivals: [...settings.rivals, id] })}
          />
        </>
      )}
      <p className="note">{means}</p>
    </div>
  );
}

interface WordFieldProps {
  readonly label: string;
  /** What there is to choose from; null: a vocabulary, too long to list. */
  readonly among: readonly string[] | null;
  readonly onFound: (id: number) => void;
}

/** A word that must be a single token of the vocabulary, or a class; Enter looks it up. */
function WordField({ label, among, onFound }: WordFieldProps) {
  const controller = useController();
  const [word, setWord] = useState('');
  const [said, setSaid] = useState('');
  const id = useId();
  const look = async () => {
    const wanted = word.trim();
    if (wanted === '') return;
    try {
      const [found] = await controller.lookUp([wanted]);
      if (found === null || found === undefined) {
        const what = among === null ? 'one token of this vocabulary' : 'a class of this model';
        return setSaid(`“${wanted}” is not ${what}.`);
      }
      setWord('');
      setSaid('');
      onFound(found);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : 'The word could not be looked up.');
    }
  };
  return (
    <span className="word-field">
      <input
        className="input"
        aria-label={label}
        placeholder={label}
        list={among === null ? undefined : `${id}-list`}
        value={word}
        maxLength={60}
        aria-invalid={said !== ''}
        aria-describedby={id}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setWord(event.target.value);
          setSaid('');
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) void look();
        }}
      />
      {among !== null && (
        <datalist id={`${id}-list`}>
          {among.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      )}
      <span id={id} role="status" className={said === '' ? 'unseen' : 'bubble'}>
        {said}
      </span>
    </span>
  );
}
