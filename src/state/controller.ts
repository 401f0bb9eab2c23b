// What the reader does, turned into changes of the state and engine calls; back and forward turned into changes again. No DOM: the page's
// surroundings come in as `Surroundings`.

import type {
  CallOptions,
  ChosenFile,
  NextTokenRequest,
  PictureFile,
  RelationRequest,
  WeightStorage,
} from '../engine/protocol';
import type { StoredSession } from '../engine/stored';
import { decodeLink, encodeLink, sameValue } from '../share/permalink';
import {
  addressOf,
  defaultRevision,
  defaultSettings,
  fileModel,
  type ImageRef,
  modelKey,
  type Settings,
} from '../share/settings';
import { answerToken } from './answerToken';
import { nameOfFiles, notAModel } from './chosenFiles';
import { createComparison, swapped } from './comparison';
import { type Example, isExample } from './examples';
import { fitSettings } from './fit';
import { createLifecycle, emptyPrompt, isRunOf, type Sources } from './lifecycle';
import { digestOf, linkName, withPicture } from './picture';
import { pinsAfter } from './pins';
import { probesAtFirst, stopped } from './refine';
import type { Cell, HubDraft, SlotName, State, Store } from './store';

export interface Surroundings extends Sources {
  readonly writeLink: (fragment: string, mode: 'push' | 'replace') => void;
  /** Puts the state on the screen for the first time; resolves when it has been drawn. */
  readonly show?: () => Promise<void>;
}

export type Controller = ReturnType<typeof createController>;

/** How long a row may be hovered before it is asked for. */
const hoverDelay = 60;
/** How long the model waits for the stored result to be on the screen, in milliseconds: a slow network must not hold both up. */
const storedFirst = 1000;

export function createController(store: Store, around: Surroundings) {
  let hovering: ReturnType<typeof setTimeout> | undefined;
  let written = false;
  // The ids of an example's rivals arrive late: the link, once there is one, follows.
  const life = createLifecycle(store, around, () => written && write('replace'));
  const comparison = createComparison(store, {
    createEngine: around.createEngine,
    answering: () => (store.getState().live ? life.answering() : null),
    pictureOf: life.pictureOf,
  });
  const unsubscribe = store.subscribe(comparison.sync);
  const set = (patch: Partial<State>) => store.setState(patch);
  const get = store.getState;

  function write(mode: 'push' | 'replace'): void {
    written = true;
    around.writeLink(encodeLink(get().settings), mode);
  }

  async function start(fragment: string): Promise<void> {
    const link = decodeLink(fragment);
    set({ settings: link.settings, notes: ignoredNote(link.ignored) });
    const examples = await around.loadExamples(link.settings.model).catch(() => []);
    set({ examples });
    if (asksForNothing(link.settings) && examples[0]) life.fillIn(examples[0]);
    // The stored result first, alone: the engine's scripts, the model and the device would take the processor from it.
    const stored = life.showStored();
    await Promise.race([stored, new Promise((done) => setTimeout(done, storedFirst))]);
    await around.show?.();
    // The reader may have been faster.
    if (!life.hasEngine()) await life.open();
  }

  /** Changes that matter get an entry in the history; small ones replace it. */
  function change(patch: Partial<Settings>, mode: 'push' | 'replace' = 'replace'): void {
    const settings = { ...get().settings, ...patch };
    if ('pinned' in patch || 'rivals' in patch || 'class' in patch) life.forgetExample();
    if (sameValue(settings, get().settings)) return;
    // A remark about the prompt is over once the reader goes on; a lost device is not.
    const problem = get().problem?.remedy === null ? null : get().problem;
    set({ settings, problem });
    write(mode);
    if ('device' in patch || 'weights' in patch || 'memory' in patch) void life.execute();
    else life.sync();
  }

  async function run(prompt: string, chat = get().settings.chat): Promise<void> {
    if (prompt.trim() === '') return set({ problem: { sentence: emptyPrompt, remedy: null } });
    const { settings } = get();
    set({ notes: [] });
    const other = prompt !== settings.prompt || chat !== settings.chat || settings.continued.length > 0;
    if (other || settings.image !== null) {
      // What was pinned belongs to the old words.
      set({ settings: { ...settings, ...untouched, prompt, chat, image: null } });
    }
    write('push');
    await life.execute();
  }

  /** A target within what the model has written after the prompt: a run of both, unless it is there. */
  async function explainWritten(
    continued: readonly number[],
    target: Pick<Settings, 'pinned' | 'class'> & Partial<Pick<Settings, 'direction' | 'rivals'>>,
  ): Promise<void> {
    const { settings, run: shown } = get();
    const { direction } = settings;
    // A contrast with the rival of another token means nothing.
    const plain = { direction: direction === 'contrast' ? ('centred' as const) : direction, rivals: [] };
    const wanted = { ...settings, ...untouched, ...plain, continued, ...target };
    life.forgetExample();
    set({ settings: wanted, notes: [] });
    write('push');
    if (shown !== null && shown.origin === 'live' && isRunOf(shown, wanted)) life.sync();
    else await life.execute();
  }

  /** Takes a picture of the reader's own at hand; what a link says of it. */
  async function keepPicture({ name, bytes }: PictureFile): Promise<ImageRef> {
    const image = { name: linkName(name), digest: await digestOf(bytes) };
    set({ pictures: withPicture(get().pictures, { ...image, bytes }) });
    return image;
  }

  /** A picture of the reader's own. What was pinned stays when a link has asked for this very picture, or names no other. */
  async function openPicture({ name, bytes }: PictureFile): Promise<void> {
    const { settings, run: shown } = get();
    const image = await keepPicture({ name, bytes });
    const asked = settings.image;
    const awaited = shown === null && asked !== null && asked.name === image.name;
    const another = awaited && asked.digest !== null && image.digest !== null && asked.digest !== image.digest;
    const notes = another ? [otherPicture(image.name)] : [];
    set({ notes, settings: { ...settings, ...(awaited ? {} : untouched), image } });
    write('push');
    await life.execute();
  }

  async function choose(chosen: Example): Promise<void> {
    set({ notes: [] });
    life.adopt(chosen);
    write('push');
    const stored = get().live ? null : showStoredAfterClear();
    await Promise.all([life.execute(), stored]);
  }

  async function showStoredAfterClear(): Promise<void> {
    life.clearUnless(get().settings);
    await life.showStored();
  }

  /** Back, forward, or an edited address. */
  async function restore(fragment: string): Promise<void> {
    const link = decodeLink(fragment);
    const before = get().settings;
    set({ settings: link.settings, notes: ignoredNote(link.ignored) });
    if (link.settings.model !== before.model && !(await showExamples(link.settings.model))) return;
    if (asksForNothing(link.settings) && get().examples[0]) life.fillIn(get().examples[0]!);
    const { settings, run: shown, model } = get();
    const sameEngine = (['device', 'weights', 'memory'] as const).every((key) => before[key] === settings[key]);
    const same = modelKey(before) === modelKey(settings) && sameEngine && shown !== null && isRunOf(shown, settings);
    if (!same || model === null) return life.execute();
    const fitted = fitSettings(settings, model, shown.summary);
    set({ settings: fitted.settings, notes: [...get().notes, ...fitted.notes] });
    if (life.hasExample()) return life.execute(); // its rivals are still words
    life.sync();
  }

  async function openModel(model: string): Promise<void> {
    if (model !== get().settings.model)
      await switchTo({ model, revision: null, hub: defaultSettings.hub, weights: defaultSettings.weights });
  }

  /** Downloads what is not stored yet: the reader has seen the size and asked for it. Weights left out: as they are, of another model float32. */
  async function openHub({ id, revision, base }: HubDraft, asked?: WeightStorage): Promise<void> {
    const { settings, live } = get();
    const known = modelKey({ ...settings, model: id, revision, hub: base }) === modelKey(settings);
    const weights = asked ?? (known ? settings.weights : defaultSettings.weights);
    const place = { model: id, revision, hub: base, weights };
    life.agree({ ...settings, ...place });
    if (!known) return switchTo(place);
    if (weights !== settings.weights) {
      set({ settings: { ...settings, weights } });
      write('push');
      return life.execute();
    }
    if (live) return set({ hubDialog: null });
    await life.execute();
  }

  /** What is stored is thrown away for what the hub has now. */
  async function updateHub(draft: HubDraft): Promise<void> {
    await life.engine().deleteModel(hubAddress(draft));
    const { id: model, revision, base: hub } = draft;
    life.outdate({ ...get().settings, model, revision, hub });
    if (modelKey({ ...get().settings, model, revision, hub }) === modelKey(get().settings)) set({ live: false });
    await openHub(draft);
  }

  /** Files of the reader's own machine: read there, sent nowhere. */
  async function openFiles(files: readonly ChosenFile[]): Promise<void> {
    if (files.length === 0) return;
    const sentence = notAModel(files);
    if (sentence !== null) return set({ problem: { sentence, remedy: 'files' } });
    const place = { model: fileModel(nameOfFiles(files)), revision: null, hub: defaultSettings.hub };
    const { settings } = get();
    life.lend({ ...settings, ...place }, files);
    // A link that asked for these files keeps what else it says.
    if (place.model === settings.model) return life.execute();
    await switchTo({ ...place, weights: defaultSettings.weights });
  }

  /** The reader's own prompt is kept; an example or a picture gives way to the first example of the new model. */
  async function switchTo(place: Pick<Settings, 'model' | 'revision' | 'hub' | 'weights'>): Promise<void> {
    const { settings, examples } = get();
    const ownPrompt = settings.prompt !== null && !examples.some((each) => isExample(each, settings));
    const cleared = { ...untouched, chat: false, image: null, range: null };
    set({ settings: { ...settings, ...cleared, ...place, attentionLayer: null, attentionHead: null } });
    write('push');
    const executed = ownPrompt ? life.execute() : null;
    const isCurrent = await showExamples(place.model);
    const [first] = get().examples;
    if (executed !== null || !isCurrent) {
      await executed;
      // A model of images waits for its first picture; its examples may have come late.
      const waits = get().live && get().run === null && get().activity === null && get().problem === null;
      return isCurrent && waits && first !== undefined ? life.execute() : undefined;
    }
    if (first === undefined) return life.execute();
    life.adopt(first);
    // Relations are of the model, not of the prompt: the reader stays there.
    if (settings.room === 'relations') set({ settings: { ...get().settings, room: 'relations' } });
    write('replace');
    await Promise.all([life.execute(), showStoredAfterClear()]);
  }

  /** False: another model has been chosen meanwhile. */
  async function showExamples(model: string): Promise<boolean> {
    set({ examples: [] });
    const examples = await around.loadExamples(model).catch(() => []);
    if (get().settings.model !== model) return false;
    set({ examples });
    return true;
  }

  function pin(row: number, col: number | undefined, add: boolean): void {
    setPins(pinsAfter(get().settings, row, col, add));
  }

  function release(): void {
    setPins({ pinned: [], source: null });
  }

  function setPins(pins: Pick<Settings, 'pinned' | 'source'>): void {
    const { settings, run: shown } = get();
    const answer = shown === null ? -1 : answerToken(shown.summary);
    const explained = ({ pinned }: Pick<Settings, 'pinned'>) => (pinned.length > 0 ? pinned : [answer]);
    // A token chosen to be explained at one position means nothing at another.
    const kept = sameValue(explained(pins), explained(settings)) ? {} : { class: null, rivals: [] };
    change({ ...pins, ...kept }, 'push');
  }

  function hover(cell: Cell | null): void {
    if (sameValue(cell, get().hovered)) return;
    set({ hovered: cell });
    if (get().settings.pinned.length > 0) return; // the pointer changes the cross-hair only
    clearTimeout(hovering);
    hovering = setTimeout(life.sync, hoverDelay);
  }

  function approve(key: string): void {
    set({ approved: [...get().approved, key] });
    life.sync();
  }

  /** The map of this question from so many probes; all of them can be stopped like a refinement. */
  function probe(question: string, probes: number): void {
    const refining = probes === get().model?.dModel ? question : null;
    set({ probes: { ...get().probes, [question]: probes }, refining });
    life.sync();
  }

  /** Twice as many probes, and again, until all are used or the reader stops it. */
  function refine(question: string): void {
    const { probes, model } = get();
    const count = probes[question] ?? (model === null ? 1 : probesAtFirst(model));
    set({ probes: { ...probes, [question]: count }, refining: question });
    life.sync();
  }

  function stopRefining(): void {
    set(stopped(get()));
    life.sync();
  }

  function cancel(): void {
    life.cancel();
    comparison.cancel();
    if (get().refining !== null) stopRefining(); // its picture stays, as the answer that it is
  }

  async function openSession(session: StoredSession): Promise<void> {
    life.cancel();
    const { settings } = decodeLink(session.link);
    const prompt = settings.image === null ? session.prompt : settings.prompt;
    set({ settings: { ...settings, prompt }, problem: null, run: null, notes: [] });
    write('push');
    life.showSession(session);
  }

  /** The dialog, with a model of the hub itself, or with the hub model that is open, or empty. */
  function askHub(known?: string): void {
    const { settings } = get();
    if (known !== undefined) {
      set({ hubDialog: { id: known, revision: defaultRevision, base: defaultSettings.hub, look: true } });
      return;
    }
    const address = addressOf(settings);
    const { id, revision, base } =
      address.kind === 'hub' ? address : { id: '', revision: defaultRevision, base: settings.hub };
    set({ hubDialog: { id, revision, base } });
  }

  const hubAddress = (draft: HubDraft) => ({ kind: 'hub', ...draft }) as const;

  return {
    askHub,
    closeHub: () => set({ hubDialog: null }),
    openFiles,
    askFiles: () => set({ filesDialog: true }),
    closeFiles: () => set({ filesDialog: false }),
    openHub,
    updateHub,
    lookUpHub: (draft: HubDraft, signal: AbortSignal) => life.engine().lookUpHub(hubAddress(draft), { signal }),
    storedModels: () => life.engine().storedModels(null),
    deleteModel: (draft: HubDraft) => life.engine().deleteModel(hubAddress(draft)),
    /** The hub's ONNX export of the open model; null: none. */
    lookUpOnnx: (signal: AbortSignal) => life.engine().lookUpOnnx(null, { signal }),
    /** Compares the run on the screen with ONNX Runtime, after a download where needed. */
    checkOnnx: (options: CallOptions) => life.engine().checkOnnx(null, options),
    /** Of the open model, on prompts of its own. */
    nextToken: (request: NextTokenRequest, options: CallOptions) => life.engine().nextToken(request, options),
    explainWritten,
    relation: (request: RelationRequest, options: CallOptions) => life.engine().relation(request, options),
    start,
    run,
    openPicture,
    keepPicture,
    /** The picture of the settings once more. */
    runPicture: life.execute,
    choose,
    openModel,
    cancel,
    probe,
    refine,
    stopRefining,
    change,
    pin,
    release,
    hover,
    approve,
    restore,
    openSession,
    /** After a lost device or a failed start. */
    reload: life.open,
    retry: (slot: SlotName) => {
      life.slots.retry(slot);
      life.sync();
    },
    /** Ids of single tokens that spell the words; null where there is none. */
    lookUp: async (words: readonly string[]) => life.answering()?.lookUp(words) ?? words.map(() => null),
    dismissNotes: () => set({ notes: [] }),
    dismissProblem: () => set({ problem: null }),
    note: (sentence: string) => set({ notes: [...new Set([...get().notes, sentence])] }),
    /** The two sides of a comparison exchanged. */
    swapSides: async () => {
      const patch = swapped(get().settings);
      set({ settings: { ...get().settings, ...patch } });
      write('push');
      await life.execute();
    },
    retryOther: comparison.retry,
    /** What answers for the run on the screen, while it is live. */
    answering: () => (get().live && get().run?.origin === 'live' ? life.answering() : null),
    dispose: () => {
      clearTimeout(hovering);
      unsubscribe();
      comparison.dispose();
      life.dispose();
    },
  };
}

/** What belongs to one input and means nothing for another. */
const untouched = { pinned: [], source: null, class: null, rivals: [], continued: [] } as const;

const asksForNothing = ({ prompt, image }: Settings) => prompt === null && image === null;

const otherPicture = (name: string) =>
  `The link was made with another picture of the name ${name}, so what it points at may lie elsewhere.`;

function ignoredNote(ignored: readonly string[]): readonly string[] {
  return ignored.length === 0 ? [] : [`Parts of the link made no sense and were ignored: ${ignored.join(', ')}.`];
}
