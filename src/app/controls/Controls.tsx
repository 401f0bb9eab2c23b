// What is explained and how it is drawn: target, blocks, gate rule, scale, what is left out. The target stands in words above it all.

import type { Settings } from '../../share/settings';
import { wordsOf } from '../../state/words';
import { useApp, useController } from '../context';
import { sharedScaleNote } from '../maps/scale';
import { Field, Toggle } from '../shared/Field';
import { RangeControl } from './RangeControl';
import { controlsSelection } from './selections';
import { TargetControl } from './TargetControl';

export function Controls() {
  const { settings, model, run, words, preview } = useApp(controlsSelection);
  const controller = useController();
  if (model === null || run === null) return null;
  const set = (patch: Partial<Settings>) => controller.change(patch);
  const split = wordsOf(run.summary.tokens).length < run.summary.tokens.length;
  return (
    <section className="controls" aria-label="What is explained">
      <p className="target-words">
        <span className="label">{preview ? 'Preview' : 'Explained'}</span> <b>{words}</b>
        {run.origin === 'stored' && <span className="stored-mark">stored result</span>}
      </p>
      <div className="control-row">
        {model.classes === 0 ? (
          <p className="note">
            This model has no trained head, so it predicts nothing: what is explained are its output vectors.
          </p>
        ) : (
          <TargetControl />
        )}
        <RangeControl />
        {model.gated && (
          <Field
            label="Gate rule"
            hint="Which factor of a gated feed-forward layer is held: half takes the mean of both."
          >
            <select
              className="select"
              value={settings.gateRule}
              onChange={(event) => controller.change({ gateRule: event.target.value as Settings['gateRule'] }, 'push')}
            >
              <option value="half">half</option>
              <option value="up">up</option>
              <option value="gate">gate</option>
            </select>
          </Field>
        )}
        <Field label="Scale" hint={sharedScaleNote}>
          <select
            className="select"
            value={settings.scale}
            onChange={(event) => set({ scale: event.target.value as Settings['scale'] })}
          >
            <option value="own">each its own</option>
            <option value="shared">same</option>
          </select>
        </Field>
        <div className="toggles">
          <Toggle
            label="Log"
            hint="Unsigned maps only; their legend says so."
            checked={settings.log}
            onChange={(log) => set({ log })}
          />
          {model.causal && (
            <Toggle
              label="Hide first token"
              hint="The first token of a decoder draws attention whatever it is, and drowns the rest. Hidden in pictures only: sums keep it."
              checked={settings.hideFirst}
              onChange={(hideFirst) => set({ hideFirst })}
            />
          )}
          <Toggle
            label="Hide special"
            hint="Special tokens such as [BOS] or [SEP]."
            checked={settings.hideSpecial}
            onChange={(hideSpecial) => set({ hideSpecial })}
          />
          <Toggle
            label="Words"
            hint={split ? 'Adds up the tokens of a word.' : 'Every token of this prompt is a word already.'}
            disabled={!split}
            checked={settings.words && split}
            onChange={(words) => set({ words })}
          />
        </div>
      </div>
    </section>
  );
}
