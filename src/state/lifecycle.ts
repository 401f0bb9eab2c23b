// The life of engine and run: opening, running, stored results until the live ones are there, stopping, a lost device. The latest run wins, and
// nothing of one prompt is ever shown under another. What the reader does with a run is the controller's.

import type {
  ChosenFile,
  EngineApi,
  HubAddress,
  ModelInfo,
  OpenRequest,
  PictureFile,
  PromptRequest,
  RunSummary,
} from '../engine/protocol';
import { createStoredEngine, type StoredEngine, type StoredSession } from '../engine/stored';
import { decodeLink } from '../share/permalink';
import {
  addressOf,
  defaultSettings,
  type ImageRef,
  inputKey,
  inputTitle,
  modelKey,
  type Settings,
  textRequest,
} from '../share/settings';
import { UserError } from '../tensor/errors';
import { type Example, exampleInput, exampleSettings, exampleTarget, isExample } from './examples';
import { fitSettings } from './fit';
import { pictureAtHand, withPicture } from './picture';
import { nextStep } from './refine';
import { sentenceOf } from './sentence';
import { createSlotRunner } from './slotRunner';
import type { Origin, ShownRun, State, Store } from './store';

/** What the page lends: the engine, files beside the page. */
export interface Sources {
  readonly createEngine: () => EngineApi;
  readonly loadExamples: (model: string) => Promise<readonly Example[]>;
  /** null: this example was not stored. */
  readonly loadStored: (example: string) => Promise<StoredSession | null>;
  /** A picture beside the model, by its name in an example; null: there is none. */
  readonly loadPicture?: (model: string, name: string) => Promise<PictureFile | null>;
}

/** `model`: its key. */
type Opening = Pick<Settings, 'model' | 'device' | 'weights' | 'memory'>;

export const emptyPrompt = 'The prompt is empty: type a few words, or choose an example.';

/** A picture travels with no link: whoever opens one needs the file. */
const absentPicture = (name: string) =>
  `This analysis is about the picture “${name}”. Pictures are not part of a link: choose the file here to see it.`;

export function createLifecycle(store: Store, sources: Sources, onTarget: () => void) {
  let live: EngineApi | null = null;
  let current: EngineApi | StoredEngine | null = null; // answers for the run on the screen: the live engine or a stored session
  let liveModel: ModelInfo | null = null;
  let generation = 0; // of runs; a reply of an older generation is dropped
  let opened: Opening | null = null;
  let opening: (Opening & { readonly job: AbortController }) | null = null;
  let agreed: string | null = null; // hub model that the reader asked for, by key
  let lent: { readonly model: string; readonly files: readonly ChosenFile[] } | null = null; // chosen in this page, by key
  let running: AbortController | null = null;
  let example: Example | null = null; // its rivals are still words
  const slots = createSlotRunner(store, {
    engine: () => current,
    recorded: (key) => (current !== null && 'recorded' in current ? current.recorded(key) : undefined),
    resync: sync,
    lost: lose,
  });

  const set = (patch: Partial<State>) => store.setState(patch);
  const get = store.getState;

  // ---- examples and stored results ---------------------------------------------------------------------------------------------

  function adopt(chosen: Example): void {
    example = chosen;
    const { device, weights, memory, tab, panels, scale, log, hideFirst, hideSpecial } = get().settings;
    const { study, rankings, masking, fractions, measure, matched, generation, relation } = get().settings;
    const base = { ...exampleSettings(chosen, get().settings.model), generation, relation };
    const kept = { device, weights, memory, tab, panels, scale, log, hideFirst, hideSpecial };
    const studied = { study, rankings, masking, fractions, measure, matched };
    set({ settings: { ...base, ...kept, ...studied } });
  }

  /** A link that names no prompt opens the example, with everything else that the link says. */
  function fillIn(chosen: Example): void {
    const link = get().settings;
    const asksForTarget = link.pinned.length > 0 || link.class !== null || link.rivals.length > 0;
    const own = !asksForTarget && link.direction === defaultSettings.direction;
    example = own ? chosen : null;
    const direction = own ? chosen.target.direction : link.direction;
    set({ settings: { ...link, ...exampleInput(chosen), direction } });
  }

  /** First paint: the stored result of the example on the screen, unless something live came first. */
  async function showStored(): Promise<void> {
    const chosen = get().examples.find((each) => isExample(each, get().settings));
    if (chosen === undefined) return;
    const session = await sources.loadStored(chosen.id).catch(() => null);
    const { run, live: isLive, problem, settings } = get();
    const isOther = session?.prompt !== inputTitle(exampleInput(chosen)) || session.model.id !== settings.model;
    const late = run !== null || (isLive && problem === null) || !isExample(chosen, settings);
    if (session === null || late || isOther) return;
    if (example === chosen) {
      // The stored link knows the ids of the words that the example names.
      const { pinned, rivals } = decodeLink(session.link).settings;
      set({ settings: { ...settings, pinned, rivals } });
      example = null;
    }
    showSession(session);
  }

  function showSession(session: StoredSession): void {
    generation++;
    slots.clear();
    current = createStoredEngine(session);
    set({ model: session.model });
    accept(session.run, 'stored');
  }

  /** An example names its rivals in words: ids once the vocabulary is there. */
  async function resolveExample(
    engine: EngineApi,
    run: RunSummary,
    signal: AbortSignal,
  ): Promise<Partial<Settings> | null> {
    const chosen = example;
    if (chosen === null || !isExample(chosen, get().settings)) return null;
    const ids = chosen.target.rivals.length === 0 ? [] : await engine.lookUp(chosen.target.rivals, { signal });
    if (example !== chosen) return null;
    example = null;
    return exampleTarget(chosen, run, ids);
  }

  // ---- opening and running -----------------------------------------------------------------------------------------------------

  /** A worker and its scripts: made when it is first needed, so that nothing competes with the first picture. */
  function engine(): EngineApi {
    if (live === null) {
      live = sources.createEngine();
      live.onLost(lose);
    }
    return live;
  }

  async function open(): Promise<void> {
    const { settings } = get();
    const { device, weights, memory } = settings;
    const address = addressOf(settings);
    const model = modelKey(settings);
    stop();
    opening?.job.abort();
    const mine = { model, device, weights, memory, job: new AbortController() };
    opening = mine;
    set({ activity: 'opening', live: false, problem: null, progress: null });
    try {
      const { signal } = mine.job;
      if (address.kind === 'hub' && agreed !== model && !(await isStored(address, signal))) {
        if (opening !== mine) return;
        return askFirst(address);
      }
      const files = lent?.model === model ? lent.files : null;
      if (address.kind === 'local' && files === null) return askForFiles(address.name);
      const source: OpenRequest['model'] = address.kind === 'local' ? { ...address, files: files! } : address;
      const memoryBudget = memory === null ? null : memory * 1e6;
      const info = await engine().open({ model: source, device, weights, memoryBudget }, { signal, onProgress });
      if (opening !== mine) return;
      opened = { model, device, weights, memory };
      liveModel = info;
      if (info.remarks) set({ notes: [...new Set([...get().notes, ...info.remarks])] });
      set({ live: true, activity: null, progress: null, hubDialog: null, filesDialog: false });
      if (get().run === null) set({ model: info });
    } catch (error) {
      if (opening !== mine) return;
      opening = null;
      const problem = problemOf(error, address.kind === 'local' ? 'files' : 'retry');
      if (problem?.remedy === 'reload') discard();
      return set({ activity: null, progress: null, problem });
    }
    opening = null;
    await execute();
  }

  /** Nothing is downloaded that the reader has not asked for: a link, or "back", may name any model. */
  function askFirst({ id, revision, base }: Required<HubAddress>): void {
    opening = null;
    const sentence = `${id} is a model of the hub. Nothing has been downloaded yet: look it up to see its size.`;
    const problem = { sentence, remedy: 'retry' } as const;
    set({ activity: null, progress: null, problem, hubDialog: { id, revision, base } });
  }

  /** A link can name files, not carry them. */
  function askForFiles(name: string): void {
    opening = null;
    const sentence = `“${name}” are files on the machine where this link was made. Choose the same files here, or drop them on the page.`;
    set({ activity: null, progress: null, problem: { sentence, remedy: 'files' } });
  }

  async function isStored({ id, revision, base }: Required<HubAddress>, signal: AbortSignal): Promise<boolean> {
    const list = await engine().storedModels(null, { signal });
    return list.some((one) => one.complete && one.id === id && one.revision === revision && one.base === base);
  }

  /** Runs the prompt of the settings on the live engine; opens it first when model, device or weights changed. */
  async function execute(): Promise<void> {
    const { settings } = get();
    const mine = ++generation;
    stop();
    clearUnless(settings);
    // While the engine opens, the newest prompt waits: `open` ends with `execute`.
    if (opening !== null && sameEngine(opening, settings)) return;
    if (live === null || !get().live || opened === null || !sameEngine(opened, settings)) return open();
    fitChat();
    const asked = live;
    running = new AbortController();
    const { signal } = running;
    set({ activity: 'running', problem: null, progress: null });
    try {
      const request = liveModel?.image || settings.image !== null ? await pictureRequest() : textOf(get().settings);
      if (mine !== generation) return;
      if (request === null) return set({ activity: null, progress: null });
      const summary = await asked.run(request, { signal, onProgress });
      if (mine !== generation) return;
      const target = await resolveExample(asked, summary, signal);
      if (mine !== generation) return;
      if (target !== null) set({ settings: { ...get().settings, ...target } });
      if (target !== null) onTarget();
      const old = get().run;
      if (old !== null && sameTokens(old.summary, summary)) slots.outdate();
      else slots.clear();
      current = asked;
      set({ model: liveModel, activity: null, progress: null });
      accept(summary, 'live');
    } catch (error) {
      if (mine !== generation) return;
      set({ activity: null, progress: null, problem: problemOf(error, null) });
    }
  }

  /** A link may ask for a chat template that the model does not have. */
  function fitChat(): void {
    const { settings, notes } = get();
    if (!settings.chat || liveModel?.chat) return;
    const note = 'This model has no chat template, so the prompt is run as it is.';
    set({ settings: { ...settings, chat: false }, notes: [...new Set([...notes, note])] });
  }

  /** The picture of the settings, or the first example's; null: a model of images waits for its first picture. */
  async function pictureRequest(): Promise<PromptRequest | null> {
    const chosen = get().examples.find((each) => each.image !== undefined);
    if (get().settings.image === null && chosen !== undefined) adopt(chosen);
    const { image, model } = get().settings;
    return image === null ? null : { picture: await pictureOf(image, model) };
  }

  /** The picture of the settings: the one at hand, or an example's. */
  async function pictureOf(image: ImageRef, model: string): Promise<PictureFile> {
    const atHand = pictureAtHand(get().pictures, image);
    if (atHand !== undefined) return atHand;
    const { name, digest } = image;
    // Only what an example names is fetched: a link may name anything.
    const known = digest === null && get().examples.some((each) => each.image === name);
    const found = known ? await sources.loadPicture?.(model, name) : null;
    if (!found) throw new UserError('bad-prompt', absentPicture(name));
    set({ pictures: withPicture(get().pictures, { ...found, digest: null }) });
    return found;
  }

  function accept(summary: RunSummary, origin: Origin): void {
    const { settings, model, notes } = get();
    const fitted = fitSettings(settings, model!, summary);
    // Told with whichever run comes first, stored or live: after that the settings fit.
    const told = [...new Set([...notes, ...fitted.notes])];
    const run: ShownRun = {
      summary,
      prompt: inputTitle(settings),
      image: settings.image,
      chat: settings.chat,
      continued: settings.continued,
      model: modelKey(settings),
      origin,
    };
    set({ settings: fitted.settings, notes: told, run, hovered: null });
    sync();
  }

  function sync(): void {
    const { run, model } = get();
    set(nextStep(get()) ?? {});
    if (run !== null && current !== null && model !== null) slots.sync(model, run.origin);
  }

  // ---- stopping --------------------------------------------------------------------------------------------------------------

  function stop(): void {
    running?.abort();
    running = null;
    slots.stop();
  }

  /** No stale picture under a new prompt. */
  function clearUnless(settings: Settings): void {
    const { run } = get();
    if (run === null || (isRunOf(run, settings) && run.model === modelKey(settings))) return;
    slots.clear();
    current = null;
    set({ run: null, hovered: null, approved: [], probes: {}, refining: null }); // what was asked for had another price
  }

  function cancel(): void {
    const wasRunning = get().activity !== null;
    generation++;
    opening?.job.abort();
    opening = null;
    stop();
    const problem = wasRunning ? { sentence: 'Cancelled. Press Run to start again.', remedy: null } : get().problem;
    set({ activity: null, progress: null, problem });
  }

  function forget(model: string): void {
    if (opened?.model === model) opened = null;
    if (opening?.model !== model) return;
    opening.job.abort();
    opening = null;
  }

  function lose(reason: string): void {
    generation++;
    opening?.job.abort();
    opening = null;
    opened = null;
    stop();
    discard();
    set({ activity: null, progress: null, live: false, problem: { sentence: reason, remedy: 'reload' } });
  }

  /** A fresh engine on reload: the old one may be a worker that no longer answers. */
  function discard(): void {
    live?.dispose();
    live = null;
  }

  function onProgress(progress: State['progress']): void {
    set({ progress });
  }

  return {
    engine,
    adopt,
    fillIn,
    showStored,
    showSession,
    open,
    execute,
    sync,
    stop,
    clearUnless,
    cancel,
    slots,
    /** The reader asked for this model of the hub. */
    agree: (settings: Settings) => {
      agreed = modelKey(settings);
    },
    /** The reader chose these files for this model; other files under the same name are another model. */
    lend: (settings: Settings, files: readonly ChosenFile[]) => {
      lent = { model: modelKey(settings), files };
      forget(lent.model);
    },
    /** What is open under this name is not what it stands for any more. */
    outdate: (settings: Settings) => forget(modelKey(settings)),
    /** The target is the reader's own now. */
    forgetExample: () => {
      example = null;
    },
    hasExample: () => example !== null,
    hasEngine: () => live !== null,
    answering: () => current,
    pictureOf,
    dispose: () => {
      stop();
      discard();
    },
  };
}

function sameEngine(a: Opening, settings: Settings): boolean {
  const same = (['device', 'weights', 'memory'] as const).every((key) => a[key] === settings[key]);
  return same && a.model === modelKey(settings);
}

function textOf(settings: Settings): PromptRequest {
  if (settings.prompt === null || settings.prompt.trim() === '') throw new UserError('bad-prompt', emptyPrompt);
  return textRequest(settings);
}

export function isRunOf({ prompt, chat = false, image = null, continued = [] }: ShownRun, settings: Settings): boolean {
  return inputKey({ prompt, chat, image, continued }) === inputKey(settings);
}

function sameTokens(a: RunSummary, b: RunSummary): boolean {
  return a.tokens.length === b.tokens.length && a.tokens.every(({ id }, at) => id === b.tokens[at]!.id);
}

function problemOf(error: unknown, remedy: 'retry' | 'files' | null): State['problem'] {
  if (error instanceof UserError && error.code === 'cancelled') return null;
  const lost = error instanceof Error && 'code' in error && error.code === 'device-lost';
  return { sentence: sentenceOf(error), remedy: lost ? 'reload' : remedy };
}
