// The one store: settings (what a link carries), what the engine answered, and what is under way. No framework, no engine calls, no DOM.

import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  AttributeResult,
  BesideResult,
  ComponentResult,
  FlowGraphResult,
  HubAddress,
  LayersResult,
  LensResult,
  LogitCheck,
  MapResult,
  ModelInfo,
  PairResult,
  PictureFile,
  Plan,
  Progress,
  RemainderResult,
  RowResult,
  RunSummary,
  SliceResult,
} from '../engine/protocol';
import { defaultSettings, type ImageRef, type PanelName, type Settings } from '../share/settings';
import type { Example } from './examples';

export type MapSlotName = Exclude<PanelName, 'difference'> | 'left' | 'right';

export type SlotValues = {
  row: RowResult;
  slice: SliceResult;
  pair: PairResult;
  layers: LayersResult;
  /** The method beside T's row: one of gradients, relevance or leaving out, … */
  attribution: AttributeResult;
  /** … or T's row with the biases shared out. */
  sharedRow: RowResult;
  /** Price of a heavy method that waits for the reader's word. */
  methodPlan: Plan;
  beside: BesideResult;
  tensorRow: RowResult;
  jacobianRow: RowResult;
  remainder: RemainderResult;
  /** Price of as many masked runs as there are tokens, of which that of the remainder is a multiple. */
  remainderPlan: Plan;
  lens: LensResult;
  flowGraph: FlowGraphResult;
  /** Tokens of the flow graph's opened node. */
  component: ComponentResult;
  logits: LogitCheck;
  /** Price of a heavy map that waits for the reader's word. */
  plan: Plan | null;
} & { [K in MapSlotName]: MapResult };

export type SlotName = keyof SlotValues;

/** A cell of an L×L map: output token `row`, input token `col` (as in views/view.ts). */
export interface Cell {
  readonly row: number;
  readonly col: number;
}

/** One place on the page that an engine reply fills. */
export interface Slot<T> {
  /** What is asked for now. */
  readonly key: string;
  readonly status: 'loading' | 'ready' | 'error' | 'cancelled';
  /** The last answer within this run; it may be the answer to an older question of the same run, then `valueKey !== key`. */
  readonly value: T | null;
  readonly valueKey: string | null;
  readonly family: string;
  readonly origin: Origin;
  readonly error: string | null;
  readonly progress: Progress | null;
}

export type Origin = 'stored' | 'live';
export type Slots = { readonly [K in SlotName]?: Slot<SlotValues[K]> };

/** A run on the screen: its tokens and predictions, and the prompt they belong to. */
export interface ShownRun {
  readonly summary: RunSummary;
  /** As a title: the words, or the picture's name. */
  readonly prompt: string;
  /** What it ran on, when that was no text. */
  readonly image?: ImageRef | null;
  readonly chat?: boolean;
  /** Tokens of the model's own after the prompt. */
  readonly continued?: readonly number[];
  readonly model: string;
  readonly origin: Origin;
}

export interface Problem {
  readonly sentence: string;
  /** `reload`: the device was lost and can be opened again; `retry`: opening failed; `files`: the reader has to choose files. */
  readonly remedy: 'reload' | 'retry' | 'files' | null;
}

/** A picture at hand, with what a link says of it. */
export interface Picture extends PictureFile {
  readonly digest: string | null;
}

/** A hub model as the reader may still change it. */
export type HubDraft = Required<Omit<HubAddress, 'kind'>>;

/** The second side of a comparison. */
export interface OtherSide {
  /** What is asked for now. */
  readonly key: string;
  readonly status: 'loading' | 'ready' | 'error' | 'cancelled';
  /** Asked for, before it is fitted to the model and the run. */
  readonly settings: Settings;
  /** The last answer; while `loading` it may be that to the question before. */
  readonly answer: {
    /** As fitted. */
    readonly settings: Settings;
    readonly model: ModelInfo;
    readonly run: RunSummary;
    readonly map: MapResult;
    /** null: no class can be explained at this token. */
    readonly row: RowResult | null;
  } | null;
  readonly error: string | null;
  readonly progress: Progress | null;
}

export interface State {
  readonly settings: Settings;
  readonly examples: readonly Example[];
  /** The last pictures that were chosen or fetched, the newest first: both sides of a comparison, and one more. */
  readonly pictures: readonly Picture[];
  readonly model: ModelInfo | null;
  /** The live engine is open and may be asked. */
  readonly live: boolean;
  readonly activity: 'opening' | 'running' | null;
  readonly progress: Progress | null;
  readonly run: ShownRun | null;
  readonly slots: Slots;
  /** null: not in the room for comparisons. */
  readonly other: OtherSide | null;
  /** Heavy maps that the reader has asked for, by request key. */
  readonly approved: readonly string[];
  /** How many random probes the reader wants a map from, by its request key without them; absent: the first estimate. */
  readonly probes: Readonly<Record<string, number>>;
  /** The map that gets more and more probes, by the same key. */
  readonly refining: string | null;
  readonly hovered: Cell | null;
  readonly problem: Problem | null;
  /** The hub's dialog is open, with this to begin with; `look`: the reader chose it by name, so it is looked up at once. */
  readonly hubDialog: (HubDraft & { readonly look?: true }) | null;
  /** The dialog for files on this machine is open. */
  readonly filesDialog: boolean;
  /** One-sentence remarks that stay until dismissed: ignored parts of a link, clamped ranges. */
  readonly notes: readonly string[];
}

export type Store = StoreApi<State>;

export function createAppStore(settings: Settings = defaultSettings): Store {
  return createStore<State>(() => ({
    settings,
    examples: [],
    pictures: [],
    model: null,
    live: false,
    activity: null,
    progress: null,
    run: null,
    slots: {},
    other: null,
    approved: [],
    probes: {},
    refining: null,
    hovered: null,
    problem: null,
    hubDialog: null,
    filesDialog: false,
    notes: [],
  }));
}
