// The token strip: the prompt's tokens (hover previews, click pins, shift-click adds) and what the model predicts after the explained one.

import { targetAfter } from '../state/pins';
import { candidates } from '../state/target';
import { pinnedToken } from '../state/wants';
import { useApp, useController } from './context';
import { formatProbability } from './shared/format';

export function Tokens() {
  const { run, settings, hovered } = useApp(({ run, settings, hovered }) => ({ run, settings, hovered }));
  const controller = useController();
  if (run === null) return <section className="strip strip-empty" aria-label="Prompt tokens" />;
  const { tokens, missingMask } = run.summary;
  const unknown = tokens.filter((token) => token.unknown).length;
  const explained = pinnedToken(settings, run.summary);
  return (
    <section className="strip" aria-label="Prompt tokens">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would add a border and a legend to a line of text */}
      <div role="group" aria-label="Tokens" className="tokens">
        {tokens.map((token, at) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: the position is the token's identity
            key={at}
            type="button"
            className="token"
            aria-pressed={settings.pinned.includes(at)}
            data-explained={settings.pinned.length === 0 && at === explained}
            data-hovered={hovered !== null && (hovered.row === at || hovered.col === at)}
            data-unknown={token.unknown}
            data-special={token.special}
            title={token.unknown ? 'Not in the vocabulary: the model sees its unknown token here.' : undefined}
            onPointerEnter={(event) => event.pointerType === 'mouse' && controller.hover({ row: at, col: at })}
            onPointerLeave={() => controller.hover(null)}
            onFocus={(event) => event.target.matches(':focus-visible') && controller.hover({ row: at, col: at })}
            onBlur={() => controller.hover(null)}
            onClick={(event) => controller.pin(at, undefined, event.shiftKey)}
          >
            {token.piece}
            <sub> {at}</sub>
          </button>
        ))}
      </div>
      <Predictions />
      <Look />
      {missingMask !== undefined && (
        <p className="note">
          This model fills in what is missing: put {missingMask} where a word is to be found. Now each token’s
          predictions are for the token itself.
        </p>
      )}
      {unknown > 0 && (
        <p className="note">
          {unknown === 1 ? 'One word is' : `${unknown} words are`} not in this model’s vocabulary and{' '}
          {unknown === 1 ? 'was' : 'were'} read as its unknown token (marked with a wavy line).
        </p>
      )}
    </section>
  );
}

/** What to look at in a worked example, for as long as its prompt is on the screen. */
function Look() {
  const example = useApp(({ examples, run }) => examples.find(({ prompt }) => prompt === run?.prompt) ?? null);
  if (example === null) return null;
  return (
    <p className="look">
      <b>{example.title}</b> {example.look} <span className="dim">{example.why}</span>
    </p>
  );
}

function Predictions() {
  const { run, model, settings } = useApp(({ run, model, settings }) => ({ run, model, settings }));
  const controller = useController();
  if (run === null) return null;
  const at = pinnedToken(settings, run.summary);
  // A decoder says what comes next, other models what stands there.
  const where = model?.causal === false ? 'at' : 'after';
  const list = candidates(settings, run.summary).slice(0, 5);
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="group" aria-label={`Predictions ${where} token ${at}`} className="predictions">
      <span className="arrow" aria-hidden="true">
        {settings.pinned.length > 0 ? `${at} →` : '→'}
      </span>
      {list.map((prediction) => {
        const role =
          settings.class === prediction.id ? 'explained' : settings.rivals.includes(prediction.id) ? 'rival' : null;
        return (
          <button
            key={prediction.id}
            type="button"
            className="token prediction"
            aria-pressed={role !== null}
            data-role={role}
            title={
              role === null && settings.class !== null
                ? `Hold it against “${prediction.piece}”`
                : `Explain “${prediction.piece}”: p = ${prediction.probability.toPrecision(3)}, logit ${prediction.logit.toFixed(2)}`
            }
            onClick={() => controller.change(targetAfter(settings, prediction.id), 'push')}
          >
            {role === 'rival' && <span className="not">not </span>}
            {prediction.piece} <small>{formatProbability(prediction.probability)}</small>
          </button>
        );
      })}
    </div>
  );
}
