// One side of a comparison: its prompt, its tokens (a click pins the explained one), its target and rule.

import { type ReactNode, useId } from 'react';
import type { ModelInfo, RunSummary } from '../../engine/protocol';
import { type DirectionName, type Settings, type SideSettings, shownName } from '../../share/settings';
import { directions } from '../../state/target';
import { pinnedToken } from '../../state/wants';
import { Field } from '../shared/Field';

interface SideProps {
  readonly title: 'Left' | 'Right';
  readonly settings: Settings;
  readonly model: ModelInfo;
  /** null: not there yet. */
  readonly run: RunSummary | null;
  readonly onChange: (patch: Partial<SideSettings>) => void;
  readonly children: ReactNode;
}

export function Side({ title, settings, model, run, onChange, children }: SideProps) {
  const id = useId();
  const explained = run === null ? null : pinnedToken(settings, run);
  const candidates = explained === null ? [] : (run?.predictions[explained] ?? []);
  const known = settings.class === null || candidates.some((one) => one.id === settings.class);
  return (
    <section className="compare-side" aria-labelledby={id}>
      <h3 id={id}>
        {title} <span className="dim">{shownName(settings.model)}</span>
      </h3>
      {children}
      {run !== null && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would add a border and a legend to a line of text
        <div role="group" aria-label={`${title} tokens`} className="tokens">
          {run.tokens.map((token, at) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: the position is the token's identity
              key={at}
              type="button"
              className="token"
              aria-pressed={at === explained}
              data-unknown={token.unknown}
              data-special={token.special}
              onClick={() => onChange({ pinned: [at], class: null, rivals: [] })}
            >
              {token.piece}
              <sub> {at}</sub>
            </button>
          ))}
        </div>
      )}
      <div className="control-row">
        {model.classes !== 0 && (
          <>
            <Field label="Target">
              <select
                className="select"
                aria-label={`${title} target`}
                value={settings.class ?? ''}
                onChange={({ target }) =>
                  onChange({ class: target.value === '' ? null : Number(target.value), rivals: [] })
                }
              >
                <option value="">{candidates[0] ? `${candidates[0].piece} (top prediction)` : 'top prediction'}</option>
                {candidates.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.piece}
                  </option>
                ))}
                {!known && <option value={settings.class!}>token {settings.class}</option>}
              </select>
            </Field>
            <Field label="as">
              <select
                className="select"
                aria-label={`${title} direction`}
                value={settings.direction}
                onChange={({ target }) => onChange({ direction: target.value as DirectionName, rivals: [] })}
              >
                {(Object.keys(directions) as DirectionName[]).map((name) => (
                  <option key={name} value={name}>
                    {directions[name].name}
                  </option>
                ))}
              </select>
            </Field>
          </>
        )}
        {model.gated && (
          <Field label="Gate rule">
            <select
              className="select"
              aria-label={`${title} gate rule`}
              value={settings.gateRule}
              onChange={({ target }) => onChange({ gateRule: target.value as Settings['gateRule'] })}
            >
              <option value="half">half</option>
              <option value="up">up</option>
              <option value="gate">gate</option>
            </select>
          </Field>
        )}
      </div>
    </section>
  );
}
