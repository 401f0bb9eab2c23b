// The target in words: what is explained, always written beside the picture. Pure.

import type { LayerRange, ModelInfo, Prediction, RunSummary } from '../engine/protocol';
import type { DirectionName, Settings } from '../share/settings';
import type { State } from './store';
import { explainedTokens, pinnedToken, rangeOf } from './wants';

/** Of a classifier the same is said of classes. */
export function directionMeans(name: DirectionName, classes: boolean): string {
  const { means } = directions[name];
  return classes
    ? means
        .replace('of the vocabulary', 'of the classes')
        .replace('from words at large', 'from the others')
        .replace('every word', 'every class')
    : means;
}

export const directions: Readonly<Record<DirectionName, { readonly name: string; readonly means: string }>> = {
  centred: {
    name: 'logit, centred',
    means: 'its logit minus the mean logit of the vocabulary: what sets it apart from words at large',
  },
  logit: { name: 'logit', means: 'its plain logit; contains what raises every word alike' },
  contrast: { name: 'contrast', means: 'its logit minus that of its rivals: why this and not that' },
  logprob: {
    name: 'log probability',
    means: 'the gradient of its log probability; fades to nothing as the probability nears 1',
  },
};

export interface PredictionWords {
  /** Before the list. */
  readonly lead: string;
  readonly preposition: 'after' | 'at';
  readonly means: string;
}

/** What a model predicts at a token: what comes next, what stands there, or a class of the whole input. */
export function predictionWords(model: Pick<ModelInfo, 'causal' | 'readToken'> | null): PredictionWords {
  if (model?.readToken !== undefined) {
    return {
      lead: 'class',
      preposition: 'at',
      means: 'The classes that the model reads from this token, for the whole input.',
    };
  }
  if (model?.causal === false) {
    return {
      lead: 'here',
      preposition: 'at',
      means: 'What the model takes to stand at this token, from both sides of it.',
    };
  }
  return { lead: 'next', preposition: 'after', means: 'What the model expects after this token.' };
}

/** Predictions at a position, best first; the explained one unless told. */
export function candidates(
  settings: Settings,
  run: RunSummary,
  token = pinnedToken(settings, run),
): readonly Prediction[] {
  return run.predictions[token] ?? [];
}

/** What names tokens of the vocabulary: the run, and the row's answer, which names its rivals. */
export type Named = Pick<State, 'run' | 'slots'>;

/** The piece of a vocabulary id as far as this run knows it. */
export function pieceOf(id: number, { run, slots }: Named): string {
  const row = slots.row?.value;
  const lists = [...(run?.summary.predictions ?? []), row?.classes ?? [], ...(row?.rivals ?? [])];
  for (const list of lists) for (const prediction of list) if (prediction.id === id) return prediction.piece;
  return run?.summary.tokens.find((token) => token.id === id)?.piece ?? `token ${id}`;
}

/** More rivals than these are counted, not listed. */
const listed = 3;

/** "mary − john", "mary, centred". */
export function directionWords(settings: Settings, run: RunSummary, named: Named, token?: number): string {
  const list = candidates(settings, run, token);
  const explained = settings.class === null ? (list[0]?.piece ?? '?') : pieceOf(settings.class, named);
  if (settings.direction === 'contrast') {
    const runnerUp = list.find(({ id }) => id !== (settings.class ?? list[0]?.id))?.piece ?? 'the runner-up';
    const rivals = settings.rivals.map((id) => pieceOf(id, named));
    if (rivals.length > 1) return `logit ${explained} − mean logit of ${some(rivals)}`;
    return `logit ${explained} − logit ${rivals[0] ?? runnerUp}`;
  }
  if (settings.direction === 'centred') return `logit ${explained} − mean logit`;
  return settings.direction === 'logit' ? `logit ${explained}` : `log p of ${explained}`;
}

function some(words: readonly string[]): string {
  return words.length > listed ? `${words.length} rivals` : words.join(', ');
}

/** What a row is explained for while the pointer previews another token: that token's own top prediction. */
function previewSettings(settings: Settings): Settings {
  return { ...settings, class: null };
}

/** "to (13) → logit mary − logit john · all 4 blocks · gate rule half". */
export function targetWords(state: Pick<State, 'settings' | 'model' | 'run' | 'slots' | 'hovered'>): string {
  const { settings, model, run, slots, hovered } = state;
  if (run === null || model === null) return '';
  const { tokens } = run.summary;
  const explained = explainedTokens(settings, run.summary, hovered);
  const [token] = explained;
  const names = explained.map((at) => `${tokens[at]?.piece ?? '?'} (${at})`).join(' + ');
  const asked = isPreview(state) ? previewSettings(settings) : settings;
  const several = explained.length > 1;
  const logit = () =>
    several ? 'sum of their explained logits' : directionWords(asked, run.summary, { run, slots }, token);
  const what = model.classes === 0 ? (several ? 'their output vectors' : 'its output vector') : logit();
  const rule = model.gated ? ` · gate rule ${settings.gateRule}` : '';
  return `${names} → ${what} · ${rangeWords(rangeOf(settings, model), model)}${rule}`;
}

/** The pointer previews a token that is not the explained one. */
export function isPreview({ settings, run, hovered }: Pick<State, 'settings' | 'run' | 'hovered'>): boolean {
  return (
    run !== null &&
    settings.pinned.length === 0 &&
    hovered !== null &&
    hovered.row !== pinnedToken(settings, run.summary)
  );
}

export function rangeWords([from, to]: LayerRange, model: ModelInfo): string {
  if (from === 0 && to === model.blocks) return model.blocks === 1 ? 'its one block' : `all ${model.blocks} blocks`;
  const norm = to === model.blocks ? ' and the final norm' : '';
  return to - from === 1 ? `block ${from}${norm}` : `blocks ${from}–${to - 1}${norm}`;
}
