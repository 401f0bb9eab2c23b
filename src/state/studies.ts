// The faithfulness tests of the page: deletion on the run of the page, deletion on a list of prompts, and localisation on sentences whose responsible
// tokens are known. Lists run beside the page's run, which keeps its own. What is there when a list is stopped stays, marked.

import { createStore } from 'zustand/vanilla';
import { tiedTokens } from '../analysis/orders';
import type { Ranking, RankingEngine } from '../analysis/rankings';
import { type Setting, type StudiedPrompt, type StudyEngine, studyPrompt, studyRun } from '../analysis/study';
import type { CallOptions, EngineApi, Masking, ModelInfo, Prediction, Progress } from '../engine/protocol';
import { modelKey } from '../share/settings';
import { cancelled, UserError } from '../tensor/errors';
import { holdingBeside } from './besidePlace';
import { sentenceOf } from './sentence';
import type { State } from './store';
import { chosenRankings, hereKey, listKey, maskingOf, type PromptGroup, settingOf } from './studyChoices';
import { type ListPrice, priceOfList, priceOfRun, type StudyPrice } from './studyPrice';
import { pinnedToken } from './wants';

/** What can be asked of the answer on the screen, before anything is computed. */
export interface Ground {
  readonly key: string;
  readonly maskings: readonly { readonly masking: Masking; readonly words: string }[];
  readonly eligible: readonly number[];
  readonly answer: Prediction;
  readonly logProbability: number;
}

export interface Here {
  readonly studied: StudiedPrompt;
  readonly rankings: readonly Ranking[];
  readonly setting: Setting;
  /** Tokens whose place a seed decides, by the ranking's group. */
  readonly tied: ReadonlyMap<string, number>;
}

export type { PromptGroup };

export interface StudiedGroup {
  readonly name: string;
  readonly title: string;
  /** Those that count. */
  readonly prompts: readonly StudiedPrompt[];
  /** Answered wrongly where the right answer is known: they do not count. */
  readonly otherwise: number;
  readonly skipped: readonly { readonly at: number; readonly why: string }[];
}

export interface Many {
  /** It was asked of this model. */
  readonly model: string;
  readonly groups: readonly StudiedGroup[];
  readonly rankings: readonly Ranking[];
  readonly setting: Setting;
  /** Prompts that were tried, and all that were asked for. */
  readonly tried: number;
  readonly of: number;
  readonly maskedBy: string;
}

export interface Job<T> {
  /** Of the question; a picture of another question is dimmed. */
  readonly key: string;
  readonly status: 'running' | 'done' | 'cancelled' | 'failed';
  readonly progress: Progress | null;
  readonly answer: T | null;
  readonly error: string | null;
}

export interface Studies {
  readonly ground: Ground | null;
  readonly groundError: string | null;
  readonly price: StudyPrice | null;
  readonly listPrice: ListPrice | null;
  readonly here: Job<Here> | null;
  readonly many: Job<Many> | null;
  readonly localisation: Job<Many> | null;
}

/** Milliseconds until a price without seconds is asked for again, and how often. */
const pause = 2500;
const mostTries = 6;

export type ManyName = 'many' | 'localisation';

export interface StudiesSources {
  readonly getState: () => State;
  /** null: nothing live is on the screen. */
  readonly answering: () => EngineApi | null;
}

const maskings: readonly Masking[] = ['zero', 'mask', 'unknown', 'end'];
const nothingLive = 'The model is not open yet, so nothing can be computed: wait until it is.';

/** Runs go beside the page's. */
export function besideEngine(api: EngineApi): StudyEngine {
  return { ...api, run: api.runBeside };
}

export function createStudies({ getState, answering }: StudiesSources) {
  const store = createStore<Studies>(() => ({
    ground: null,
    groundError: null,
    price: null,
    listPrice: null,
    here: null,
    many: null,
    localisation: null,
  }));
  const jobs: { [K in 'ground' | 'price' | 'listPrice' | 'here' | ManyName]?: AbortController } = {};
  const set = (patch: Partial<Studies>) => store.setState(patch);

  function begin(name: keyof typeof jobs): AbortSignal {
    jobs[name]?.abort();
    const job = new AbortController();
    jobs[name] = job;
    return job.signal;
  }

  /** The answer on the screen; UserError when there is none. */
  function subject() {
    const { run, model, settings } = getState();
    const engine = answering();
    if (run === null || model === null || engine === null) throw new UserError('bad-request', nothingLive);
    return { engine, model, settings, run: run.summary, token: pinnedToken(settings, run.summary) };
  }

  /** Which tokens may be masked, by what, and how sure the answer is. */
  async function look(): Promise<void> {
    const signal = begin('ground');
    try {
      const { engine, settings, run, token } = subject();
      const key = JSON.stringify([run.run, token, settings.class]);
      if (store.getState().ground?.key === key) return;
      set({ ground: null, groundError: null }); // that of another run or token
      const found: { masking: Masking; words: string }[] = [];
      let ground: Omit<Ground, 'maskings'> | null = null;
      for (const masking of maskings) {
        try {
          const asked = { token, class: settings.class, foils: [], masking, variants: [] };
          const { answer, eligible, logProbability, maskedBy } = await engine.masked(asked, { signal });
          found.push({ masking, words: maskedBy });
          ground = { key, answer, eligible, logProbability };
        } catch (error) {
          // A tokenizer without this token; `zero` fails only for what makes all of it impossible.
          if (masking === 'zero' || !(error instanceof UserError && error.code === 'bad-request')) throw error;
        }
      }
      if (!signal.aborted && ground) set({ ground: { ...ground, maskings: found }, groundError: null });
    } catch (error) {
      if (!signal.aborted && !isCancelled(error)) set({ ground: null, groundError: sentenceOf(error) });
    }
  }

  /** What is priced, and against which run; null while it is not known what may be masked. */
  function toPrice(signal: AbortSignal) {
    const { ground } = store.getState();
    const { engine, model, settings, run, token } = subject();
    const masking = maskingOf(settings, ground?.maskings ?? [], model.causal);
    if (ground === null || masking === null) return null;
    const asked = { token, class: settings.class, foils: [], masking, variants: [] };
    const priced = { engine, model, rankings: chosenRankings(settings), asked, call: { signal } };
    return { priced, ground, settings, run, masking };
  }

  /** How fast a device is, is measured while the page is idle: until then a price has no seconds, and is asked for again. */
  function askAgain(
    { seconds }: StudyPrice,
    { device }: ModelInfo,
    signal: AbortSignal,
    tries: number,
    ask: () => void,
  ) {
    if (seconds !== null || device.kind !== 'webgpu' || tries === 0) return;
    setTimeout(() => {
      if (!signal.aborted) ask();
    }, pause);
  }

  /** What `computeHere` would cost, at most. */
  async function ownPrice(tries = mostTries): Promise<void> {
    const signal = begin('price');
    try {
      const found = toPrice(signal);
      if (found === null) return;
      const { priced, ground, settings, run, masking } = found;
      const key = hereKey(settings, run, masking);
      const { fractions } = settingOf(settings);
      const price = await priceOfRun(priced, key, run.tokens.length, ground.eligible.length, fractions);
      if (!signal.aborted) set({ price });
      askAgain(price, priced.model, signal, tries, () => void ownPrice(tries - 1));
    } catch {
      if (!signal.aborted) set({ price: null });
    }
  }

  /** What `computeMany` would cost, about: prompts are taken to have as many tokens a character as the page's. */
  async function priceMany(groups: readonly PromptGroup[], deletes: boolean, tries = mostTries): Promise<void> {
    const signal = begin('listPrice');
    try {
      const found = toPrice(signal);
      if (found === null) return;
      const { priced, ground, settings, run } = found;
      const prompt = getState().run?.prompt ?? '';
      const prompts = groups.flatMap((group) => group.prompts);
      const key = listKey(settings, groups, deletes);
      const fractions = deletes ? settingOf(settings).fractions : null;
      const own = { summary: run, prompt };
      const listPrice = await priceOfList(priced, key, prompts, own, ground.eligible.length, fractions);
      if (!signal.aborted) set({ listPrice });
      askAgain(listPrice, priced.model, signal, tries, () => void priceMany(groups, deletes, tries - 1));
    } catch {
      if (!signal.aborted) set({ listPrice: null });
    }
  }

  async function computeHere(): Promise<void> {
    const signal = begin('here');
    const started = starting(getState, answering, store.getState().ground);
    if ('error' in started) return set({ here: failed<Here>('', started.error, null) });
    const { engine, model, settings, run, masking } = started;
    const key = hereKey(settings, run, masking);
    const patch = (change: Partial<Job<Here>>) => {
      if (jobs.here?.signal === signal) set({ here: { ...store.getState().here!, ...change } });
    };
    set({ here: { key, status: 'running', progress: null, answer: null, error: null } });
    const call: CallOptions = { signal, onProgress: (progress) => patch({ progress }) };
    try {
      const rankings = chosenRankings(settings);
      const setting = settingOf(settings);
      const { rivals } = settings;
      const token = pinnedToken(settings, run);
      const asked = { run, token, class: settings.class, rivals, responsible: null, decoys: [] };
      const options = { model, rankings, masking, settings: [setting], seed: 0, call };
      const studied = await studyRun(engine as RankingEngine, asked, options);
      const tied = new Map(
        rankings.flatMap(({ name, group }): [string, number][] => {
          const ranked = studied.rankings.get(name);
          return ranked ? [[group, tiedTokens(ranked.scores, studied.eligible)]] : [];
        }),
      );
      patch({ status: 'done', progress: null, answer: { studied, rankings, setting, tied } });
    } catch (error) {
      patch({ ...ending(error), progress: null });
    }
  }

  /** Deletion, or with `deletes` false localisation alone, on prompts beside the page's run. */
  async function computeMany(name: ManyName, groups: readonly PromptGroup[], deletes: boolean): Promise<void> {
    const signal = begin(name);
    const started = starting(getState, answering, store.getState().ground);
    if ('error' in started) return set({ [name]: failed<Many>('', started.error, null) });
    const { engine, model, settings, masking } = started;
    const rankings = chosenRankings(settings);
    const setting = settingOf(settings);
    const of = groups.reduce((sum, { prompts }) => sum + prompts.length, 0);
    const patch = (change: Partial<Job<Many>>) => {
      if (jobs[name]?.signal === signal) set({ [name]: { ...store.getState()[name]!, ...change } });
    };
    const key = JSON.stringify([model.id, groups.map((group) => [group.name, group.prompts.length])]);
    set({ [name]: { key, status: 'running', progress: null, answer: null, error: null } });
    const beside = besideEngine(engine);
    const done: StudiedGroup[] = [];
    let tried = 0;
    const tell = () =>
      patch({
        answer: {
          model: modelKey(settings),
          groups: [...done],
          rankings,
          setting,
          tried,
          of,
          maskedBy: maskedBy(done),
        },
      });
    try {
      for (const group of groups) {
        done.push({ name: group.name, title: group.title, prompts: [], otherwise: 0, skipped: [] });
        for (const [seed, prompt] of group.prompts.entries()) {
          const toldOf = (inner: number, waits = '') =>
            patch({
              progress: { name: `prompt ${tried + 1} of ${of}${waits}`, share: (tried + inner) / of, plan: null },
            });
          toldOf(0);
          const call: CallOptions = { signal, run: 'beside', onProgress: ({ share }) => toldOf(share) };
          if (signal.aborted) throw cancelled();
          const options = { model, rankings, masking, settings: deletes ? [setting] : [], seed, call };
          const last = done.at(-1)!;
          done[done.length - 1] = await withOne(last, seed, () =>
            holdingBeside(
              engine,
              signal,
              () => toldOf(0, ', waits its turn,'),
              () => studyPrompt(beside, prompt, options),
            ),
          );
          tried++;
          tell();
        }
      }
      patch({ status: 'done', progress: null });
    } catch (error) {
      patch({ ...ending(error), progress: null });
    }
  }

  return {
    store,
    look,
    price: () => ownPrice(),
    priceMany: (groups: readonly PromptGroup[], deletes: boolean) => priceMany(groups, deletes),
    computeHere,
    computeMany,
    cancel(name: 'here' | ManyName): void {
      jobs[name]?.abort();
    },
  };
}

export type StudyBench = ReturnType<typeof createStudies>;

interface Started {
  readonly engine: EngineApi;
  readonly model: ModelInfo;
  readonly settings: State['settings'];
  readonly run: NonNullable<State['run']>['summary'];
  readonly masking: Masking;
}

function starting(
  getState: () => State,
  answering: () => EngineApi | null,
  ground: Ground | null,
): Started | { readonly error: string } {
  const { run, model, settings } = getState();
  const engine = answering();
  if (run === null || model === null || engine === null) return { error: nothingLive };
  const masking = maskingOf(settings, ground?.maskings ?? [], model.causal);
  if (masking === null) return { error: 'It is not known yet what this model can put in place of a masked token.' };
  if (chosenRankings(settings).length === 0) return { error: 'Nothing is chosen: tick at least one ranking.' };
  return { engine, model, settings, run: run.summary, masking };
}

/** A prompt that cannot be tested is left out, with its reason; whatever else goes wrong ends the list. */
async function withOne(
  group: StudiedGroup,
  at: number,
  study: () => Promise<StudiedPrompt | null>,
): Promise<StudiedGroup> {
  try {
    const one = await study();
    if (one === null) return { ...group, otherwise: group.otherwise + 1 };
    return { ...group, prompts: [...group.prompts, one] };
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'bad-prompt')) throw error;
    return { ...group, skipped: [...group.skipped, { at, why: error.message }] };
  }
}

const maskedBy = (groups: readonly StudiedGroup[]) =>
  groups.flatMap(({ prompts }) => prompts.map((one) => one.maskedBy))[0] ?? '';

const isCancelled = (error: unknown) => error instanceof UserError && error.code === 'cancelled';

/** A newer run of the page ends what asked about the one before it. */
function ending(error: unknown): Pick<Job<never>, 'status' | 'error'> {
  return isCancelled(error) ? { status: 'cancelled', error: null } : { status: 'failed', error: sentenceOf(error) };
}

function failed<T>(key: string, error: string, answer: T | null): Job<T> {
  return { key, status: 'failed', progress: null, answer, error };
}
