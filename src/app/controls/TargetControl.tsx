// The target: which predicted token, read in which direction, against which rivals. Any word of the vocabulary can be typed.

import { useId, useState } from 'react';
import type { DirectionName, Settings } from '../../share/settings';
import { candidates, directionMeans, directions } from '../../state/target';
import { useApp, useController } from '../context';
import { Field } from '../shared/Field';
import { formatProbability } from '../shared/format';
import { rivalsSelection, targetSelection } from './selections';

const names = Object.keys(directions) as DirectionName[];

export function TargetControl() {
  const { settings, run, labels, chosen } = useApp(targetSelection);
  const rivals = useApp(rivalsSelection);
  const controller = useController();
  if (run === null) return null;
  const list = candidates(settings, run.summary);
  const known = settings.class === null || list.some(({ id }) => id === settings.class);
  const change = (patch: Partial<Settings>) => controller.change(patch, 'push');
  const means = directionMeans(settings.direction, labels !== null);
  return (
    <div className="target">
      <Field label="Target" hint={`The ${labels === null ? 'token' : 'class'} whose logit is explained.`}>
        <select
          className="select"
          aria-label="Target"
          value={settings.class ?? ''}
          onChange={(event) =>
            change({ class: event.target.value === '' ? null : Number(event.target.value), rivals: [] })
          }
        >
          <option value="">{list[0] ? `${list[0].piece} (top prediction)` : 'top prediction'}</option>
          {list.map((prediction) => (
            <option key={prediction.id} value={prediction.id}>
              {labels === null ? prediction.piece : `${prediction.piece} ${formatProbability(prediction.probability)}`}
            </option>
          ))}
          {!known && <option value={settings.class!}>{chosen}</option>}
        </select>
      </Field>
      <WordField
        label={labels === null ? 'or a word' : 'or a class'}
        among={labels}
        onFound={(id) => change({ class: id, rivals: [] })}
      />
      <Field label="as" hint={means}>
        <select
          className="select"
          aria-label="Direction"
          value={settings.direction}
          onChange={(event) => change({ direction: event.target.value as DirectionName, rivals: [] })}
        >
          {names.map((name) => (
            <option key={name} value={name}>
              {directions[name].name}
            </option>
          ))}
        </select>
      </Field>
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
