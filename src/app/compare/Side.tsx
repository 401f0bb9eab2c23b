// One side of a comparison: its prompt, its tokens (a click pins the explained one), its target and rule.

import { type ReactNode, useId } from 'react';
import type { ModelInfo, RunSummary } from '../../engine/protocol';
import { type Settings, type SideSettings, shownName } from '../../share/settings';
import { pinnedToken } from '../../state/wants';
import { DirectionField, GateRuleField, TargetField } from '../shared/TargetFields';

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
  return (
    <section className="compare-side" aria-labelledby={id}>
      <h3 id={id}>
        {title} <span className="dim">{shownName(settings.model)}</span>
      </h3>
      {children}
      {run !== null && !run.picture && (
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
            <TargetField
              name={`${title} target`}
              value={settings.class}
              candidates={candidates}
              chosen={null}
              onChange={(id) => onChange({ class: id, rivals: [] })}
            />
            <DirectionField
              name={`${title} direction`}
              value={settings.direction}
              onChange={(direction) => onChange({ direction, rivals: [] })}
            />
          </>
        )}
        {model.gated && (
          <GateRuleField
            name={`${title} gate rule`}
            value={settings.gateRule}
            onChange={(gateRule) => onChange({ gateRule })}
          />
        )}
      </div>
    </section>
  );
}
