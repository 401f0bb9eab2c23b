// The second side of a comparison: its own run, map and row beside those of the analysis. The same model answers for both where both sides name
// it; another model gets an engine of its own, which is closed when the reader leaves the room.

import type { CallOptions, EngineApi, ModelInfo, PictureFile, PromptRequest, RunSummary } from '../engine/protocol';
import { sameValue } from '../share/permalink';
import {
  addressOf,
  type ImageRef,
  inputKey,
  modelKey,
  type Settings,
  type SideSettings,
  shownName,
  sideSettings,
  textRequest,
} from '../share/settings';
import { cancelled, UserError } from '../tensor/errors';
import { isExplainable } from './answerToken';
import { holdingBeside } from './besidePlace';
import { fitSettings } from './fit';
import { emptyPrompt } from './lifecycle';
import { sentenceOf } from './sentence';
import type { OtherSide, State, Store } from './store';
import { mapRequest, pinnedToken, rowWant } from './wants';

export interface ComparisonSources {
  readonly createEngine: () => EngineApi;
  /** The engine of the analysis, while it answers for the run on the screen. */
  readonly answering: () => EngineApi | null;
  /** Rejects with a sentence for a picture that is not at hand. */
  readonly pictureOf: (image: ImageRef, model: string) => Promise<PictureFile>;
}

/** Settings of the second side: those of the first, but for what it says itself. Class and pins of another prompt or model mean nothing. */
export function otherSettings(settings: Settings): Settings {
  const { other } = settings;
  const merged = { ...settings, ...other, other: {} };
  if (inputKey(merged) === inputKey(settings) && modelKey(merged) === modelKey(settings)) return merged;
  const own = {
    pinned: [],
    class: null,
    rivals: [],
    continued: [],
    ...(modelKey(merged) !== modelKey(settings) && { range: null }),
  };
  return { ...merged, ...own, ...other, source: null };
}

/** What the second side must say so that the two are exchanged. */
export function swapped(settings: Settings): Partial<Settings> {
  const other = otherSettings(settings);
  const first = { ...settings, ...sideOf(other) };
  return { ...sideOf(other), other: differing(sideOf(settings), first), source: null };
}

const sideOf = (from: Settings) => Object.fromEntries(sideSettings.map((key) => [key, from[key]])) as SideSettings;

const inputs: readonly (keyof SideSettings)[] = ['model', 'revision', 'hub', 'prompt', 'chat', 'image'];

/** Only what the second side has to say: what differs from what it would be without a word. */
export function differing(side: Partial<SideSettings>, first: Settings): Partial<SideSettings> {
  const unlike = (base: Settings, keys: readonly (keyof SideSettings)[]) =>
    Object.fromEntries(
      keys.filter((key) => key in side && !sameValue(side[key], base[key])).map((key) => [key, side[key]]),
    );
  const input = unlike(first, inputs) as Partial<SideSettings>;
  const rest = sideSettings.filter((key) => !inputs.includes(key));
  return { ...input, ...unlike(otherSettings({ ...first, other: input }), rest) } as Partial<SideSettings>;
}

export function createComparison(store: Store, { createEngine, answering, pictureOf }: ComparisonSources) {
  let job: AbortController | null = null;
  let second: { readonly api: EngineApi; readonly key: string; readonly info: Promise<ModelInfo> } | null = null;

  /** Asks for what the room shows, unless it is there or on its way. Called after every change. */
  function sync(): void {
    const { settings, run, live } = store.getState();
    if (settings.room !== 'compare') {
      leave();
      return;
    }
    if (run === null || run.origin !== 'live' || !live) return;
    const wanted = otherSettings(settings);
    const key = keyOf(store.getState(), wanted);
    if (store.getState().other?.key === key) return;
    job?.abort();
    job = new AbortController();
    const keep = store.getState().other;
    set({ key, status: 'loading', settings: wanted, answer: keep?.answer ?? null, error: null, progress: null });
    void work(key, wanted, job);
  }

  async function work(key: string, wanted: Settings, mine: AbortController): Promise<void> {
    const patch = (change: Partial<OtherSide>) => {
      const { other } = store.getState();
      if (other?.key === key && job === mine) set({ ...other, ...change });
    };
    const options: CallOptions = { signal: mine.signal, onProgress: (progress) => patch({ progress }) };
    try {
      patch({ status: 'ready', answer: await answerFor(wanted, options), progress: null });
    } catch (error) {
      if (mine.signal.aborted && job !== mine) return;
      const stopped = error instanceof UserError && error.code === 'cancelled';
      patch({ status: stopped ? 'cancelled' : 'error', error: stopped ? null : sentenceOf(error), progress: null });
    }
  }

  async function answerFor(wanted: Settings, options: CallOptions): Promise<OtherSide['answer']> {
    const { settings, run, model } = store.getState();
    const sameModel = modelKey(wanted) === modelKey(settings);
    const api = sameModel ? answering() : await engineOf(wanted, options);
    const info = sameModel ? model : await second!.info;
    if (api === null || info === null || run === null) throw cancelled();
    // The same prompt on the same model is the run of the analysis.
    const same = sameModel && inputKey(wanted) === inputKey(settings);
    if (same) return answerAbout(api, wanted, info, run.summary, options);
    const { image } = wanted;
    const request = image === null ? promptOf(wanted) : { picture: await pictureOf(image, wanted.model) };
    const onWait = () =>
      options.onProgress?.({ name: 'waits for a prompt of the faithfulness test', share: 0, plan: null });
    return holdingBeside(api, options.signal ?? new AbortController().signal, onWait, async () => {
      const summary = await api.runBeside(request, options);
      return answerAbout(api, wanted, info, summary, { ...options, run: 'beside' });
    });
  }

  /** Map and row of a run: of the analysis's, or of the latest beside it. */
  async function answerAbout(
    api: EngineApi,
    wanted: Settings,
    info: ModelInfo,
    summary: RunSummary,
    options: CallOptions,
  ): Promise<OtherSide['answer']> {
    const fitted = fitSettings(wanted, info, summary).settings;
    const question = { settings: fitted, model: info, run: summary };
    const map = await api.map(mapRequest(fitted.map, fitted, info), options);
    const explainable = isExplainable(summary, pinnedToken(fitted, summary));
    const want = rowWant(question, null);
    const row = explainable && want.call === 'row' ? await api.row(want.request, options) : null;
    return { settings: fitted, model: info, run: summary, map, row };
  }

  /** The engine of another model, opened once. */
  async function engineOf(wanted: Settings, options: CallOptions): Promise<EngineApi> {
    const key = modelKey(wanted);
    if (second?.key !== key) {
      second?.api.dispose();
      second = null;
      const api = createEngine();
      try {
        const address = addressOf(wanted);
        if (address.kind === 'local') throw new UserError('bad-request', needsFiles(wanted.model));
        if (address.kind === 'hub') {
          const stored = await api.storedModels(null, options);
          const { id, revision, base } = address;
          const here = stored.some(
            (one) => one.complete && one.id === id && one.revision === revision && one.base === base,
          );
          if (!here) throw new UserError('not-found', notStored(id));
        }
        const { device, weights, memory } = wanted;
        const memoryBudget = memory === null ? null : memory * 1e6;
        const info = api.open({ model: address, device, weights, memoryBudget }, options);
        second = { api, key, info };
        await info;
      } catch (error) {
        second = null;
        api.dispose();
        throw error;
      }
    }
    return second!.api;
  }

  function set(other: OtherSide | null): void {
    store.setState({ other });
  }

  function leave(): void {
    job?.abort();
    job = null;
    second?.api.dispose();
    second = null;
    if (store.getState().other !== null) set(null);
  }

  return {
    sync,
    cancel: () => job?.abort(),
    /** Asks again after an error or a stop. */
    retry(): void {
      set(null);
      sync();
    },
    dispose: leave,
  };
}

const needsFiles = (model: string) =>
  `“${shownName(model)}” are files on this machine: only the first side of a comparison can read files.`;
const notStored = (id: string) =>
  `${id} is not stored here, and a comparison downloads nothing: open it once in the analysis, then compare.`;

function keyOf({ run, settings }: State, wanted: Settings): string {
  const side = sideSettings.map((name) => wanted[name]);
  const engine = [settings.device, settings.weights, settings.memory, modelKey(settings)];
  return JSON.stringify([side, wanted.map, engine, run?.summary.run, inputKey(settings)]);
}

function promptOf(settings: Settings): PromptRequest {
  const { prompt } = settings;
  if (prompt === null || prompt.trim() === '') throw new UserError('bad-prompt', emptyPrompt);
  return textRequest(settings);
}
