// What is explained and how it is drawn: target, blocks, gate rule, scale, what is left out. The target stands in words above it all.

import type { Settings } from '../../share/settings';
import { wordsOf } from '../../state/words';
import { useApp, useController } from '../context';
import { sharedScaleNote } from '../maps/scale';
import { Toggle } from '../shared/Field';
import { optionsOf, SelectField } from '../shared/Select';
import { GateRuleField } from '../shared/TargetFields';
import { RangeControl } from './RangeControl';
import { controlsSelection } from './selections';
import { TargetControl } from './TargetControl';

const scales = optionsOf<Settings['scale']>({ own: 'each its own', shared: 'same' });

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
          <GateRuleField value={settings.gateRule} onChange={(gateRule) => controller.change({ gateRule }, 'push')} />
        )}
        <SelectField
          label="Scale"
          hint={sharedScaleNote}
          options={scales}
          value={settings.scale}
          onChange={(scale) => set({ scale })}
        />
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
