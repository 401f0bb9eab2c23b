// In place of the token strip for a model of images: the picture with its patches, what lies over it, and the predicted classes.

import { useMemo } from 'react';
import { overlays } from '../../share/fields';
import type { OverlayName } from '../../share/settings';
import { answerToken } from '../../state/answerToken';
import { mapTitle } from '../../state/help';
import { pinnedToken } from '../../state/wants';
import { patchGrid, patchName } from '../../views/image/layout';
import { useApp, useController } from '../context';
import { Look } from '../Look';
import { Predictions } from '../Predictions';
import { Field } from '../shared/Field';
import { shownOverlay } from './overlay';
import { ShownPicture } from './ShownPicture';

export function PictureStrip() {
  const { run, model, settings } = useApp(({ run, model, settings }) => ({ run, model, settings }));
  const note = useApp((state) => shownOverlay(state).note);
  const controller = useController();
  const summary = run?.summary;
  const grid = useMemo(
    () => (model?.image && summary ? patchGrid(model.image, summary.tokens.length) : null),
    [model, summary],
  );
  if (!run || !summary?.picture || !model?.image || grid === null) return null;
  const { picture, tokens } = summary;
  const explained = pinnedToken(settings, summary);
  const [width, height] = picture.original;
  return (
    <section className="strip picture-strip" aria-label="Picture">
      <ShownPicture />
      <div className="picture-side">
        <p className="picture-name">
          <b>{run.prompt}</b>{' '}
          <span className="dim">
            {width} × {height} pixels, {model.image.preprocessing}
          </span>
        </p>
        <Predictions />
        <OverlayControls note={note} />
        <Look />
        {explained !== answerToken(summary) && (
          <p className="note">
            The row of {patchName(grid, tokens, explained)} lies over the picture.{' '}
            <button type="button" className="button quiet" onClick={() => controller.release()}>
              Back to {tokens[answerToken(summary)]?.piece}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}

const names: Readonly<Record<Exclude<OverlayName, 'row' | 'tensor'>, string>> = {
  rollout: 'Rollout',
  flow: 'Flow',
  attention: 'Raw attention',
};

/** What lies over the picture, how strongly, and why it may be missing. */
function OverlayControls({ note }: { note: string | null }) {
  const { overlay, opacity, map } = useApp(({ settings }) => settings);
  const controller = useController();
  const title = (name: OverlayName) =>
    name === 'row' ? 'Tensor, class' : name === 'tensor' ? mapTitle(map) : names[name];
  return (
    <div className="overlay-controls">
      <fieldset className="overlay-choice">
        <legend className="label">Over the picture</legend>
        {overlays.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="overlay"
              checked={overlay === name}
              onChange={() => controller.change({ overlay: name }, 'push')}
            />
            {title(name)}
          </label>
        ))}
      </fieldset>
      <Field label="Opacity" hint="0 shows the picture alone.">
        <input
          type="range"
          min={0}
          max={100}
          step={5}
          value={opacity}
          aria-valuetext={`${opacity} %`}
          onChange={(event) => controller.change({ opacity: Number(event.target.value) })}
        />
        <output className="opacity">{opacity} %</output>
      </Field>
      {note !== null && (
        <p className="note" role="status">
          {note}
        </p>
      )}
    </div>
  );
}
