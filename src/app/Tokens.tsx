// The token strip: the prompt's tokens (hover previews, click pins, shift-click adds) and what the model predicts after the explained one.

import type { Token } from '../engine/protocol';
import { pinnedToken } from '../state/wants';
import { ChatNote } from './ChatNote';
import { useApp, useController } from './context';
import { ContinueButton } from './generation/ContinueButton';
import { Look } from './Look';
import { Predictions } from './Predictions';
import { PictureStrip } from './picture/PictureStrip';

export function Tokens() {
  const { run, settings, hovered } = useApp(({ run, settings, hovered }) => ({ run, settings, hovered }));
  const predicts = useApp(({ model }) => model?.classes !== 0);
  const controller = useController();
  if (run === null) return <section className="strip strip-empty" aria-label="Prompt tokens" />;
  if (run.summary.picture) return <PictureStrip />;
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
            data-inserted={token.inserted}
            data-generated={token.generated}
            data-partial={token.partial}
            title={tokenTitle(token, run.prompt)}
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
      {predicts && <Predictions />}
      <ContinueButton />
      <ChatNote />
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

/** What a token is, where its piece does not say it. */
function tokenTitle({ unknown, partial, inserted, generated, range }: Token, prompt: string): string | undefined {
  if (unknown) return 'Not in the vocabulary: the model sees its unknown token here.';
  if (partial && range)
    return `A part of “${prompt.slice(...range).trim()}”: this vocabulary cuts characters in bytes.`;
  if (generated) return 'Not of the prompt: the model has written it.';
  return inserted ? 'Not of the prompt: put there by the model’s own format.' : undefined;
}
