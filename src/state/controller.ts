// What the reader does, turned into changes of the state and engine calls; back and forward turned into changes again. No DOM: the page's
// surroundings come in as `Surroundings`.

import type { ChosenFile } from '../engine/protocol';
import type { StoredSession } from '../engine/stored';
import { decodeLink, encodeLink, sameValue } from '../share/permalink';
import { addressOf, defaultRevision, defaultSettings, fileModel, modelKey, type Settings } from '../share/settings';
import { nameOfFiles, notAModel } from './chosenFiles';
import type { Example } from './examples';
import { fitSettings } from './fit';
import { createLifecycle, emptyPrompt, type Sources } from './lifecycle';
import { pinsAfter } from './pins';
import type { Cell, HubDraft, SlotName, State, Store } from './store';

export interface Surroundings extends Sources {
  readonly writeLink: (fragment: string, mode: 'push' | 'replace') => void;
}

export type Controller = ReturnType<typeof createController>;

/** How long a row may be hovered before it is asked for. */
const hoverDelay = 60;

export function createController(store: Store, around: Surroundings) {
  let hovering: ReturnType<typeof setTimeout> | undefined;
  let written = false;
  // The ids of an example's rivals arrive late: the link, once there is one, follows.
  const life = createLifecycle(store, around, () => written && write('replace'));
  const set = (patch: Partial<State>) => store.setState(patch);
  const get = store.getState;

  function write(mode: 'push' | 'replace'): void {
    written = true;
    around.writeLink(encodeLink(get().settings), mode);
  }

  async function start(fragment: string): Promise<void> {
    const link = decodeLink(fragment);
    set({ settings: link.settings, notes: ignoredNote(link.ignored) });
    life.engine();
    const examples = await around.loadExamples(link.settings.model).catch(() => []);
    set({ examples });
    if (link.settings.prompt === null && examples[0]) life.fillIn(examples[0]);
    await Promise.all([life.open(), life.showStored()]);
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
    if ('device' in patch) void life.execute();
    else life.sync();
  }

  async function run(prompt: string): Promise<void> {
    if (prompt.trim() === '') return set({ problem: { sentence: emptyPrompt, remedy: null } });
    const { settings } = get();
    set({ notes: [] });
    if (prompt !== settings.prompt) {
      // What was pinned belongs to the old words.
      set({ settings: { ...settings, prompt, pinned: [], source: null, class: null, rivals: [] } });
    }
    write('push');
    await life.execute();
  }

  async function choose(chosen: Example): Promise<void> {
    set({ notes: [] });
    life.adopt(chosen);
    write('push');
    const stored = get().live ? null : showStoredAfterClear(chosen);
    await Promise.all([life.execute(), stored]);
  }

  async function showStoredAfterClear(chosen: Example): Promise<void> {
    life.clearUnless(chosen.prompt, modelKey(get().settings));
    await life.showStored();
  }

  /** Back, forward, or an edited address. */
  async function restore(fragment: string): Promise<void> {
    const link = decodeLink(fragment);
    const before = get().settings;
    set({ settings: link.settings, notes: ignoredNote(link.ignored) });
    if (link.settings.model !== before.model) {
      const examples = await around.loadExamples(link.settings.model).catch(() => []);
      if (get().settings !== link.settings) return; // another address came meanwhile
      set({ examples });
    }
    if (link.settings.prompt === null && get().examples[0]) life.fillIn(get().examples[0]!);
    const { settings, run: shown, model } = get();
    const same =
      modelKey(before) === modelKey(settings) && before.device === settings.device && shown?.prompt === settings.prompt;
    if (!same || model === null || shown === null) return life.execute();
    const fitted = fitSettings(settings, model, shown.summary);
    set({ settings: fitted.settings, notes: [...get().notes, ...fitted.notes] });
    if (life.hasExample()) return life.execute(); // its rivals are still words
    life.sync();
  }

  async function openModel(model: string): Promise<void> {
    if (model !== get().settings.model) await switchTo({ model, revision: null, hub: defaultSettings.hub });
  }

  /** Downloads what is not stored yet: the reader has seen the size and asked for it. */
  async function openHub({ id, revision, base }: HubDraft): Promise<void> {
    const place = { model: id, revision, hub: base };
    const { settings, live } = get();
    life.agree({ ...settings, ...place });
    if (modelKey({ ...settings, ...place }) !== modelKey(settings)) return switchTo(place);
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
    await switchTo(place);
  }

  async function switchTo(place: Pick<Settings, 'model' | 'revision' | 'hub'>): Promise<void> {
    const { model } = place;
    const { settings } = get();
    const cleared = { pinned: [], source: null, class: null, rivals: [], range: null };
    set({ settings: { ...settings, ...cleared, ...place, attentionLayer: null, attentionHead: null }, examples: [] });
    write('push');
    const examples = around.loadExamples(model).catch(() => []);
    const executed = life.execute();
    set({ examples: await examples });
    await executed;
  }

  function pin(row: number, col: number | undefined, add: boolean): void {
    setPins(pinsAfter(get().settings, row, col, add));
  }

  function release(): void {
    setPins({ pinned: [], source: null });
  }

  function setPins(pins: Pick<Settings, 'pinned' | 'source'>): void {
    const { settings, run: shown } = get();
    const last = (shown?.summary.tokens.length ?? 0) - 1;
    const explained = ({ pinned }: Pick<Settings, 'pinned'>) => (pinned.length > 0 ? pinned : [last]);
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

  async function openSession(session: StoredSession): Promise<void> {
    life.cancel();
    const { settings } = decodeLink(session.link);
    set({ settings: { ...settings, prompt: session.prompt }, problem: null, run: null, notes: [] });
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
    start,
    run,
    choose,
    openModel,
    cancel: life.cancel,
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
    dispose: () => {
      clearTimeout(hovering);
      life.dispose();
    },
  };
}

function ignoredNote(ignored: readonly string[]): readonly string[] {
  return ignored.length === 0 ? [] : [`Parts of the link made no sense and were ignored: ${ignored.join(', ')}.`];
}
