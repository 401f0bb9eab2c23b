// What is compared and how tokens are masked: the part of a test that a link carries.

import type { Masking } from '../../engine/protocol';
import type { StudyMeasure } from '../../share/settings';
import { chosenGroups, maskingOf, offers } from '../../state/studyChoices';
import { useApp, useController } from '../context';
import { Field, Toggle } from '../shared/Field';
import { useStudies } from './bench';

const kinds: Readonly<Record<Masking, string>> = {
  zero: 'zero embedding',
  mask: 'mask token',
  unknown: 'unknown token',
  end: 'end token',
};

const costs: Readonly<Record<string, string>> = {
  map: 'A whole map, then its row.',
  flow: 'A maximum flow for every pair of tokens: slow on long prompts.',
  removals: 'One run a token.',
  row: 'One backward pass.',
  nothing: 'Next to no cost.',
};

export function RankingChoice() {
  const settings = useApp((state) => state.settings);
  const controller = useController();
  const chosen = chosenGroups(settings);
  const toggle = (group: string) => {
    const groups = chosen.includes(group) ? chosen.filter((one) => one !== group) : [...chosen, group];
    controller.change({ rankings: groups });
  };
  const part = (control: boolean) =>
    offers
      .filter((offer) => offer.control === control)
      .map(({ group, title, price }) => (
        <label key={group} className="toggle" title={costs[price]}>
          <input type="checkbox" checked={chosen.includes(group)} onChange={() => toggle(group)} />
          {title}
        </label>
      ));
  return (
    <details className="study-rankings">
      <summary>
        Compared:{' '}
        {chosen.length === 0
          ? 'nothing yet'
          : offers
              .filter(({ group }) => chosen.includes(group))
              .map(({ title }) => title)
              .join(' · ')}
      </summary>
      <fieldset>
        <legend>Maps</legend>
        {part(false)}
      </fieldset>
      <fieldset>
        <legend>Controls</legend>
        {part(true)}
      </fieldset>
      {settings.rankings !== null && (
        <button type="button" className="button quiet" onClick={() => controller.change({ rankings: null })}>
          as at first
        </button>
      )}
    </details>
  );
}

export function DeletionChoice() {
  const { settings, causal } = useApp(({ settings, model }) => ({ settings, causal: model?.causal ?? true }));
  const controller = useController();
  const { ground } = useStudies();
  const known = ground?.maskings ?? [];
  const masking = maskingOf(settings, known, causal);
  return (
    <div className="control-row">
      <Field label="Masked by">
        <select
          className="select"
          value={masking ?? ''}
          disabled={known.length === 0}
          onChange={(event) => controller.change({ masking: event.target.value as Masking })}
        >
          {known.map((one) => (
            <option key={one.masking} value={one.masking}>
              {one.masking === 'zero' ? one.words : `${one.words} (${kinds[one.masking]})`}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Share masked">
        <select
          className="select"
          value={settings.fractions}
          onChange={(event) => controller.change({ fractions: event.target.value as 'few' | 'most' })}
        >
          <option value="most">0–90 %</option>
          <option value="few">0–30 %</option>
        </select>
      </Field>
      <Field label="Shown">
        <select
          className="select"
          value={settings.measure}
          onChange={(event) => controller.change({ measure: event.target.value as StudyMeasure })}
        >
          <option value="probability">probability</option>
          <option value="logProbability">log-probability</option>
          <option value="agreement">agreement</option>
        </select>
      </Field>
      <Toggle
        label="Distance-matched"
        hint="Scores are compared only among about four neighbours at a time, so that a preference for near tokens earns nothing."
        checked={settings.matched}
        onChange={(matched) => controller.change({ matched })}
      />
    </div>
  );
}
