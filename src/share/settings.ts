// Everything that decides what is on the screen, and nothing else: the part of the state that a link carries. Plain data with its defaults.
// Not here: results, hover, the theme (it belongs to the reader, not to the analysis).

import type {
  BiasSharing,
  DeviceChoice,
  Direction,
  EmbeddedAddress,
  GateRule,
  HubAddress,
  LayerRange,
  LocalAddress,
  MapName,
  Masking,
  MethodName,
  OperatorName,
  TensorMapName,
  WeightStorage,
} from '../engine/protocol';
import { defaultGeneration, type GenerationSettings } from './generation';
import { defaultRelation, type RelationSettings } from './relation';

/** Panels in the maps row. `tensor` shows the chosen collapse; the named collapses can be added beside it. */
export type PanelName = 'tensor' | 'difference' | MapName;
/** What can have the window to itself: any panel, and the flow graph. */
export type EnlargedName = PanelName | 'graph';
/** `analysis`: maps and inspector of one run; the others: app/rooms/rooms.ts. */
export type RoomName = 'analysis' | 'compare' | 'relations';
export type TabName = 'row' | 'slice' | 'pair' | 'layers' | 'graph' | 'jacobian' | 'faithfulness';
/** What stands in the tab of the row: T's row itself, DecompX (the same with the biases shared out), or another method. */
export type RowMethod = 'row' | 'decompx' | MethodName;
/** What the faithfulness tab asks: deletion on this prompt, deletion on many, or localisation. */
export type StudyName = 'prompt' | 'set' | 'localisation';
/** What a deletion curve shows. */
export type StudyMeasure = 'probability' | 'logProbability' | 'agreement';
export type DirectionName = Direction['kind'];
/** What lies over a picture: the row of the explained class, or the explained token's row of a map. */
export type OverlayName = 'row' | 'tensor' | 'rollout' | 'flow' | 'attention';

/** A picture by what a link can say of it; the picture itself is never in a link. */
export interface ImageRef {
  readonly name: string;
  /** First half of the SHA-256 of the reader's own file, in hexadecimal; null: one of the model's examples, or not known. */
  readonly digest: string | null;
}

/** What may differ between the two sides of a comparison. */
export const sideSettings = [
  'model',
  'revision',
  'hub',
  'prompt',
  'chat',
  'image',
  'pinned',
  'class',
  'direction',
  'rivals',
  'range',
  'gateRule',
] as const satisfies readonly (keyof Settings)[];
export type SideSettings = Pick<Settings, (typeof sideSettings)[number]>;

export interface Settings {
  readonly room: RoomName;
  /** The second side of a comparison: where it differs from these settings. */
  readonly other: Partial<SideSettings>;
  /** Name of an embedded model; with a slash (owner/name), an id of the hub; after "file:", what files on the reader's machine are called. */
  readonly model: string;
  /** Embedded: revision the link was made with, null: whichever is here. Hub: branch, tag or commit, null: main. */
  readonly revision: string | null;
  /** Address of the hub, or of a mirror of it, without a slash at the end. */
  readonly hub: string;
  readonly device: DeviceChoice;
  /** How the graphics device stores matrices. */
  readonly weights: WeightStorage;
  /** What the graphics device may hold, in MB; null: as much as this program allows. Weights beyond it are read when they are used. */
  readonly memory: number | null;
  /** null: the first worked example. */
  readonly prompt: string | null;
  /** The prompt is the user's message in the model's chat template. */
  readonly chat: boolean;
  /** A model of images: what it runs on, in place of the prompt. */
  readonly image: ImageRef | null;
  /** Pinned output tokens in order of pinning; none: the last token is explained. */
  readonly pinned: readonly number[];
  readonly source: number | null;
  /** Explained token of the vocabulary; null: the model's top prediction. */
  readonly class: number | null;
  readonly direction: DirectionName;
  /** Contrast only; none: the runner-up. */
  readonly rivals: readonly number[];
  readonly map: TensorMapName;
  readonly panels: readonly PanelName[];
  readonly difference: readonly [left: MapName, right: MapName];
  /** Of raw attention and of the norms of one block: the block (null: the last); of raw attention the head (null: mean over heads, max: their largest). */
  readonly attentionLayer: number | null;
  readonly attentionHead: number | 'max' | null;
  /** Of DecompX: who bears what biases add. */
  readonly biases: BiasSharing;
  /** null: all blocks. */
  readonly range: LayerRange | null;
  readonly gateRule: GateRule;
  readonly scale: 'shared' | 'own';
  readonly log: boolean;
  readonly hideFirst: boolean;
  readonly hideSpecial: boolean;
  readonly words: boolean;
  readonly tab: TabName;
  readonly method: RowMethod;
  /** Of the slice, the pair and the layers. */
  readonly operator: OperatorName;
  readonly order: 'ranked' | 'reading';
  readonly contraction: 'contributions' | 'readOut' | 'classDirection';
  readonly layersKind: 'from' | 'upTo' | 'lens' | 'shares';
  /** Row of the layers picture that is read out; null: the whole model. */
  readonly layer: number | null;
  /** Of the flow graph: what it takes apart, the class of the target or ‖y_i‖². */
  readonly graphOf: 'class' | 'output';
  /** Least share of the explained number that a drawn edge carries, in thousandths; null: what leaves few enough to be told apart. */
  readonly graphLeast: number | null;
  /** Edges that are left are scaled, so that every node gets what it always did. */
  readonly graphScaled: boolean;
  /** Opened node by its name (analysis/flowEdges.ts). */
  readonly graphNode: string | null;
  /** Only what passes through the opened node is drawn. */
  readonly graphFocus: boolean;
  readonly enlarged: EnlargedName | null;
  readonly overlay: OverlayName;
  /** Of the overlay, percent. */
  readonly opacity: number;
  readonly study: StudyName;
  /** Rankings that are compared, by their groups' names; null: a few that suit what is on the screen. */
  readonly rankings: readonly string[] | null;
  /** What masked tokens become; null: what the model knows best. */
  readonly masking: Masking | null;
  /** Fractions masked: 0–30 % or 0–90 %. */
  readonly fractions: 'few' | 'most';
  readonly measure: StudyMeasure;
  /** Distance-matched deletion. */
  readonly matched: boolean;
  /** Tokens that the model has written after the prompt, and that belong to what it runs on. */
  readonly continued: readonly number[];
  readonly generation: GenerationSettings;
  /** The room of relations. */
  readonly relation: RelationSettings;
}

export const defaultModel = 'tiny-world';
export const defaultHub = 'https://huggingface.co';
export const defaultRevision = 'main';

export const defaultSettings: Settings = {
  room: 'analysis',
  other: {},
  model: defaultModel,
  revision: null,
  hub: defaultHub,
  device: 'auto',
  weights: 'f32',
  memory: null,
  prompt: null,
  chat: false,
  image: null,
  pinned: [],
  source: null,
  class: null,
  direction: 'centred',
  rivals: [],
  map: 'in_out',
  panels: ['tensor', 'rollout', 'flow', 'attention'],
  difference: ['in_out', 'rollout'],
  attentionLayer: null,
  attentionHead: null,
  biases: 'absDot',
  range: null,
  gateRule: 'half',
  scale: 'own',
  log: false,
  hideFirst: true,
  hideSpecial: false,
  words: false,
  tab: 'row',
  method: 'row',
  operator: 'tensor',
  order: 'ranked',
  contraction: 'contributions',
  layersKind: 'from',
  layer: null,
  graphOf: 'class',
  graphLeast: null,
  graphScaled: false,
  graphNode: null,
  graphFocus: false,
  enlarged: null,
  overlay: 'row',
  opacity: 80,
  study: 'prompt',
  rankings: null,
  masking: null,
  fractions: 'most',
  measure: 'probability',
  matched: false,
  continued: [],
  generation: defaultGeneration,
  relation: defaultRelation,
};

/** Stands before the name of files; no other model's name has a colon. */
const fileMark = 'file:';

/** The model's name for the settings of files that are called so. */
export function fileModel(name: string): string {
  const plain = name.replace(/[\p{Cc}/\\]+/gu, ' ').trim();
  return `${fileMark}${plain.slice(0, 120) || 'files'}`;
}

/** As people read it. */
export function shownName(model: string): string {
  return model.startsWith(fileMark) ? model.slice(fileMark.length) : model;
}

/** Files that a link can only name: whoever opens it has to choose them. */
export type NamedFiles = Pick<LocalAddress, 'kind' | 'name'>;

/** Where the model of the settings comes from. */
export function addressOf({
  model,
  revision,
  hub,
}: Pick<Settings, 'model' | 'revision' | 'hub'>): EmbeddedAddress | NamedFiles | Required<HubAddress> {
  if (model.startsWith(fileMark)) return { kind: 'local', name: shownName(model) };
  if (!model.includes('/')) return { kind: 'embedded', name: model };
  return { kind: 'hub', id: model, revision: revision ?? defaultRevision, base: hub };
}

/** One text for one model: equal when the address is. */
export function modelKey(settings: Pick<Settings, 'model' | 'revision' | 'hub'>): string {
  const address = addressOf(settings);
  return address.kind === 'hub' ? `${address.base}/${address.id}@${address.revision}` : settings.model;
}

/** One text for one input: equal when what the model runs on is. */
export function inputKey({
  prompt,
  chat,
  image,
  continued = [],
}: Pick<Settings, 'prompt' | 'chat' | 'image'> & Partial<Pick<Settings, 'continued'>>): string {
  if (image !== null) return `image ${image.digest ?? ''} ${image.name}`;
  return `${chat ? 'chat' : 'text'} ${continued.length > 0 ? `${continued} after ` : ''}${prompt ?? ''}`;
}

/** A text as the engine is asked for it; the prompt must be there. */
export function textRequest({ prompt, chat, continued }: Pick<Settings, 'prompt' | 'chat' | 'continued'>) {
  return { text: prompt ?? '', ...(chat && { chat }), ...(continued.length > 0 && { continuation: continued }) };
}

/** The input as a title: the words, or the picture's name. */
export function inputTitle({ prompt, image }: Pick<Settings, 'prompt' | 'image'>): string {
  return image === null ? (prompt ?? '') : image.name;
}

export function directionOf(settings: Settings): Direction {
  return settings.direction === 'contrast'
    ? { kind: 'contrast', rivals: settings.rivals }
    : { kind: settings.direction };
}
