// Two analyses side by side: two prompts, models, targets or rules. The left side is the analysis of the page; the right one says what differs.

import { useMemo } from 'react';
import type { RunSummary } from '../../engine/protocol';
import { tensorMaps } from '../../share/fields';
import { modelKey, type SideSettings } from '../../share/settings';
import { type Aligned, alignTokens } from '../../state/align';
import { differing, otherSettings } from '../../state/comparison';
import { help } from '../../state/help';
import { RowsView } from '../../views/compare/RowsView';
import { useApp, useController } from '../context';
import { SelectField } from '../shared/Select';
import './compare.css';
import { CompareMaps } from './CompareMaps';
import { ComparePictures } from './ComparePictures';
import { OtherPrompt } from './OtherPrompt';
import { Side } from './Side';

const mapOptions = tensorMaps.map((value) => ({ value, text: help(value).title }));

export default function CompareRoom() {
  const { settings, run, model, other, row } = useApp(({ settings, run, model, other, slots }) => ({
    settings,
    run,
    model,
    other,
    row: slots.row?.value ?? null,
  }));
  const controller = useController();
  const answer = other?.answer ?? null;
  const pairs = useMemo(
    () => (run === null || answer === null ? [] : partnersOf(run.summary, answer.run)),
    [run, answer],
  );
  if (run === null || model === null) return <p className="slot-note">A comparison begins with a run: press Run.</p>;
  const change = (side: Partial<SideSettings>) =>
    controller.change({ other: differing({ ...settings.other, ...side }, settings) }, 'push');
  const wanted = otherSettings(settings);
  const sameModel = modelKey(wanted) === modelKey(settings);
  const isSame = Object.keys(settings.other).length === 0;
  return (
    <>
      <header className="compare-bar">
        <h2>Compare</h2>
        <SelectField
          label="Map"
          options={mapOptions}
          value={settings.map}
          onChange={(map) => controller.change({ map }, 'push')}
        />
        <button type="button" className="button" disabled={isSame} onClick={() => void controller.swapSides()}>
          Swap sides
        </button>
        <button
          type="button"
          className="button"
          disabled={isSame}
          onClick={() => controller.change({ other: {} }, 'push')}
        >
          Make them the same
        </button>
      </header>
      <div className="compare-sides">
        <Side
          title="Left"
          settings={settings}
          model={model}
          run={run.summary}
          onChange={(patch) => controller.change(patch, 'push')}
        >
          <p className="compare-prompt">{run.prompt}</p>
        </Side>
        <Side
          title="Right"
          settings={answer?.settings ?? wanted}
          model={answer?.model ?? model}
          run={answer?.run ?? null}
          onChange={change}
        >
          <OtherPrompt wanted={wanted} onChange={change} />
        </Side>
      </div>
      <OtherStatus />
      {isSame && answer !== null && (
        <p className="note">
          Both sides are the same so far: change the {run.summary.picture ? 'picture' : 'prompt, the model'}, the target
          or the rule.
        </p>
      )}
      {answer !== null && (
        <div data-stale={other?.status === 'loading'} className="compare-results">
          {run.summary.picture && (
            <ComparePictures run={run.summary} model={model} row={row} answer={answer} onRight={change} />
          )}
          <CompareMaps pairs={pairs} answer={answer} sameModel={sameModel} />
          {row !== null && answer.row !== null ? (
            <RowsView
              left={{ row, tokens: run.summary.tokens }}
              right={{ row: answer.row, tokens: answer.run.tokens }}
              pairs={pairs}
              order={settings.order}
              onOrder={(order) => controller.change({ order })}
            />
          ) : (
            <p className="note">Rows stand side by side where both sides explain a class.</p>
          )}
        </div>
      )}
      <p className="note">
        A difference of two exact accounts says what changed, not why: every token’s vector depends on all tokens before
        it, so replacing one word moves the shares of the others as well.
      </p>
    </>
  );
}

/** Words are aligned; patches belong to their places. */
function partnersOf(left: RunSummary, right: RunSummary): readonly Aligned[] {
  if (!left.picture || !right.picture) return alignTokens(left.tokens, right.tokens);
  return left.tokens.slice(0, right.tokens.length).map((_, at) => ({ left: at, right: at, same: true }));
}

/** What the right side is doing, and what it could not do. */
function OtherStatus() {
  const other = useApp((state) => state.other);
  const controller = useController();
  if (other === null) return <p className="slot-note">waiting for the live model …</p>;
  const { status, progress, error } = other;
  if (status === 'loading')
    return (
      <p className="slot-note" aria-live="polite">
        {progress === null ? 'computing the right side …' : `${progress.name} ${Math.round(progress.share * 100)} %`}{' '}
        <button type="button" className="button small" onClick={() => controller.cancel()}>
          Cancel
        </button>
      </p>
    );
  if (status === 'ready') return null;
  return (
    <p className={status === 'error' ? 'slot-note slot-error' : 'slot-note'} role="alert">
      {status === 'error' ? `Right side: ${error}` : 'Cancelled.'}{' '}
      <button type="button" className="button small" onClick={() => controller.retryOther()}>
        {status === 'error' ? 'Try again' : 'Compute'}
      </button>
    </p>
  );
}
