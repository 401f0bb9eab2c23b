// What is compared and how tokens are masked: the part of a test that a link carries.

import type { Masking } from '../../engine/protocol';
import type { Settings, StudyMeasure } from '../../share/settings';
import { chosenGroups, maskingOf, offers } from '../../state/studyChoices';
import { useApp, useController } from '../context';
import { Toggle } from '../shared/Field';
import { optionsOf, SelectField } from '../shared/Select';
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

const shares = optionsOf<Settings['fractions']>({ most: '0–90 %', few: '0–30 %' });
const shown = optionsOf<StudyMeasure>({
  probability: 'probability',
  logProbability: 'log-probability',
  agreement: 'agreement',
});

export function DeletionChoice() {
  const { settings, causal } = useApp(({ settings, model }) => ({ settings, causal: model?.causal ?? true }));
  const controller = useController();
  const { ground } = useStudies();
  const known = ground?.maskings ?? [];
  const masking = maskingOf(settings, known, causal);
  return (
    <div className="control-row">
      <SelectField
        label="Masked by"
        options={known.map((one) => ({
          value: one.masking,
          text: one.masking === 'zero' ? one.words : `${one.words} (${kinds[one.masking]})`,
        }))}
        value={masking}
        disabled={known.length === 0}
        onChange={(chosen) => controller.change({ masking: chosen })}
      />
      <SelectField
        label="Share masked"
        options={shares}
        value={settings.fractions}
        onChange={(fractions) => controller.change({ fractions })}
      />
      <SelectField
        label="Shown"
        options={shown}
        value={settings.measure}
        onChange={(measure) => controller.change({ measure })}
      />
      <Toggle
        label="Distance-matched"
        hint="Scores are compared only among about four neighbours at a time, so that a preference for near tokens earns nothing."
        checked={settings.matched}
        onChange={(matched) => controller.change({ matched })}
      />
    </div>
  );
}
