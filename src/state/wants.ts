// From what is on the screen to what the engine must be asked: pure, in order of urgency. The row of the target comes first, maps fill in behind.

import { nodeOf } from '../analysis/flowEdges';
import type {
  AttributeRequest,
  CallName,
  ComponentRequest,
  EngineCalls,
  FlowGraphRequest,
  LayerRange,
  MapName,
  MapRequest,
  MethodName,
  ModelInfo,
  OperatorScope,
  RemainderRequest,
  RowResult,
  RunSummary,
  Target,
} from '../engine/protocol';
import { requestKey } from '../engine/stored';
import { directionOf, type Settings } from '../share/settings';
import { answerToken, isExplainable } from './answerToken';
import { isCheap, isCheapRun, isProbed, probesAtFirst, questionOf } from './refine';
import type { Cell, MapSlotName, SlotName } from './store';

export type Want = {
  readonly [K in CallName]: {
    readonly slot: SlotName;
    readonly call: K;
    readonly request: EngineCalls[K][0];
    readonly key: string;
    /** Answers of one family may stand in for each other, dimmed, while the new one is computed. */
    readonly family: string;
    /** `front`: asked at once. `back`: one after another, when nothing is left in front. */
    readonly lane: 'front' | 'back';
  };
}[CallName];

/** Singular directions listed for a pair. */
export const pairDirections = 6;

export interface Question {
  readonly settings: Settings;
  readonly model: ModelInfo;
  readonly run: RunSummary;
  readonly hovered: Cell | null;
  /** The answer to the present target's row, when it is there; decides the default pair. */
  readonly row: RowResult | null;
  readonly approved: readonly string[];
  readonly probes: Readonly<Record<string, number>>;
}

export function rangeOf(settings: Settings, model: ModelInfo): LayerRange {
  return settings.range ?? [0, model.blocks];
}

/** Output tokens whose row is explained: the pinned ones; else the one under the pointer; else where the model answers. */
export function explainedTokens(settings: Settings, run: RunSummary, hovered: Cell | null): readonly number[] {
  if (settings.pinned.length > 0) return settings.pinned;
  return [hovered !== null && isExplainable(run, hovered.row) ? hovered.row : answerToken(run)];
}

/** The token that the heavier tabs (slice, pair, layers) show: they do not follow the pointer. */
export function pinnedToken(settings: Settings, run: RunSummary): number {
  return settings.pinned[0] ?? answerToken(run);
}

export function targetAt(settings: Settings, token: number, preview = false): Target {
  return { token, class: preview ? null : settings.class, direction: directionOf(settings) };
}

/** Input tokens left out of pictures: the first of a decoder (an attention sink), special tokens. */
export function hiddenSources(settings: Settings, model: ModelInfo, run: RunSummary): ReadonlySet<number> {
  const hidden = new Set<number>();
  if (settings.hideFirst && model.causal && run.tokens.length > 1) hidden.add(0);
  for (const [at, { special }] of run.tokens.entries()) if (settings.hideSpecial && special) hidden.add(at);
  return hidden.size < run.tokens.length ? hidden : new Set();
}

/** The source of the pair: the chosen one; else the strongest visible source of the row; else the token itself. */
export function pairSource({ settings, model, run, row }: Omit<Question, 'hovered' | 'approved' | 'probes'>): number {
  const token = pinnedToken(settings, run);
  if (settings.source !== null && settings.source < run.tokens.length) return settings.source;
  if (row === null) return token;
  const hidden = hiddenSources(settings, model, run);
  let best = token;
  let strength = -1;
  row.contributions.forEach((value, source) => {
    if (hidden.has(source) || Math.abs(value) <= strength) return;
    best = source;
    strength = Math.abs(value);
  });
  return best;
}

export function mapRequest(map: MapName, settings: Settings, model: ModelInfo): MapRequest {
  const range = rangeOf(settings, model);
  switch (map) {
    case 'attention':
      return { map, layer: settings.attentionLayer ?? model.blocks - 1, head: settings.attentionHead };
    case 'attn_n':
    case 'attn_res_n':
    case 'attn_res_ln_n':
      return { map, layer: settings.attentionLayer ?? model.blocks - 1 };
    case 'rollout_attn_n':
    case 'rollout_attn_res':
    case 'globenc':
    case 'alti':
    case 'rollout':
    case 'flow':
      return { map, range };
    case 'decompx':
      return {
        map,
        class: settings.class,
        direction: directionOf(settings),
        biases: settings.biases,
        range,
        gateRule: settings.gateRule,
      };
    case 'in_class':
      return { map, class: settings.class, direction: directionOf(settings), range, gateRule: settings.gateRule };
    default:
      return { map, range, gateRule: settings.gateRule };
  }
}

/** Singular values need every row's exact slice: never computed unasked. */
function needsApproval(map: MapName): boolean {
  return map === 'spectral' || map === 'nuclear';
}

/** A map without a slot waits for the reader's word. */
export function mayWait(map: MapName): boolean {
  return needsApproval(map) || isProbed(map);
}

/** A map's request in full, and its urgency; null: it waits for the reader's word. */
function mapWant(slot: MapSlotName, map: MapName, { settings, model, run, approved, probes }: Question) {
  const request = mapRequest(map, settings, model);
  const key = requestKey('map', request);
  if (!isProbed(map)) return needsApproval(map) && !approved.includes(key) ? null : ask(slot, 'map', request, 'back');
  const first = probesAtFirst(model);
  const count = probes[key] ?? (isCheap(model, run.tokens.length) ? first : null);
  return count === null ? null : ask(slot, 'map', { ...request, probes: count } as MapRequest, 'back');
}

/** The maps on the screen and the slot each one fills: the panels, and what lies over a picture. */
export function mapSlots(
  settings: Settings,
  model: Pick<ModelInfo, 'image'>,
): readonly (readonly [MapSlotName, MapName])[] {
  const slots: (readonly [MapSlotName, MapName])[] = [];
  for (const panel of settings.panels) {
    if (panel === 'tensor') slots.push(['tensor', settings.map]);
    else if (panel === 'difference') slots.push(['left', settings.difference[0]], ['right', settings.difference[1]]);
    else slots.push([panel, panel]);
  }
  const { overlay } = settings;
  if (model.image && overlay !== 'row' && !settings.panels.includes(overlay)) {
    slots.push([overlay, overlay === 'tensor' ? settings.map : overlay]);
  }
  return slots;
}

/** A token that no class can be read at has ‖y_i‖² to take apart, and nothing else. */
export function graphRequest(settings: Settings, run: RunSummary): FlowGraphRequest {
  const token = pinnedToken(settings, run);
  const target = settings.graphOf === 'class' && isExplainable(run, token) ? targetAt(settings, token) : { token };
  return { target, gateRule: settings.gateRule };
}

/** What the opened node of the flow graph adds; null: a stream adds nothing by itself. */
export function componentRequest(settings: Settings, model: ModelInfo, run: RunSummary): ComponentRequest | null {
  const { blocks, heads } = model;
  const node =
    settings.graphNode === null ? null : nodeOf(settings.graphNode, { blocks, heads, tokens: run.tokens.length });
  switch (node?.kind) {
    case 'head':
      return { block: node.block, part: node.head, token: node.token };
    case 'attention':
    case 'ffn':
      return { block: node.block, part: node.kind, token: node.token };
    default:
      return null;
  }
}

/** The row of the pinned target, whatever is under the pointer. */
export function rowWant(
  { settings, model, run }: Pick<Question, 'settings' | 'model' | 'run'>,
  hovered: Cell | null,
): Want {
  const tokens = explainedTokens(settings, run, hovered);
  const preview = settings.pinned.length === 0 && tokens[0] !== answerToken(run);
  const targets = tokens.map((at) => targetAt(settings, at, preview));
  return ask('row', 'row', { targets, range: rangeOf(settings, model), gateRule: settings.gateRule });
}

export function wants(question: Question): readonly Want[] {
  const { settings, model, run, hovered } = question;
  if (settings.room !== 'analysis') return settings.room === 'compare' ? comparisonWants(question) : [];
  const scope = { range: rangeOf(settings, model), gateRule: settings.gateRule };
  const token = pinnedToken(settings, run);
  const target = targetAt(settings, token);
  const explainable = isExplainable(run, token);
  const operated: OperatorScope = settings.operator === 'tensor' ? scope : { ...scope, operator: settings.operator };
  const list: Want[] = [];
  const refined: Want[] = [];
  if (explainedTokens(settings, run, hovered).every((at) => isExplainable(run, at)))
    list.push(rowWant(question, hovered));
  if (settings.tab === 'slice') {
    list.push(ask('slice', 'slice', { token, target: explainable ? target : null, ...operated }));
  }
  if (settings.tab === 'pair' && (settings.source !== null || question.row !== null || !explainable)) {
    list.push(ask('pair', 'pair', { token, source: pairSource(question), directions: pairDirections, ...operated }));
  }
  const kind = settings.tab === 'layers' ? settings.layersKind : null;
  if (kind === 'lens') {
    const want = lensWant(question);
    if (want !== null) list.push(want);
  } else if ((kind === 'from' || kind === 'upTo') && explainable) {
    const { range: _whole, ...rest } = operated;
    list.push(ask('layers', 'layers', { target, kind, ...rest }));
  }
  const graph = settings.tab === 'graph' || settings.enlarged === 'graph';
  if (graph || kind === 'shares') {
    list.push(ask('flowGraph', 'flowGraph', graphRequest(settings, run)));
  }
  const component = graph ? componentRequest(settings, model, run) : null;
  if (component !== null) list.push(ask('component', 'component', component));
  if (settings.tab === 'row' && explainable) list.push(...methodWants(question));
  if (settings.tab === 'jacobian') list.push(...jacobianWants(question, explainable));
  for (const [slot, map] of mapSlots(settings, model)) {
    const want = mapWant(slot, map, question);
    if (want !== null && questionOf(want.key) in question.probes) refined.push(want);
    else if (want !== null) list.push(want);
    else if (!list.some(({ call }) => call === 'plan'))
      list.push(ask('plan', 'plan', mapRequest(map, settings, model)));
  }
  list.push(ask('logits', 'checkLogits', null, 'back'));
  // Nothing waits behind a map that is being refined.
  return [...list, ...refined];
}

/** Methods that go through the model many times: never unasked. */
export function isHeavyMethod(method: Settings['method']): boolean {
  return method === 'integrated_gradients' || method === 'ablation';
}

/** Of the first explained token, about the whole model. */
export function attributeRequest(method: MethodName, settings: Settings, run: RunSummary): AttributeRequest {
  const target = targetAt(settings, pinnedToken(settings, run));
  return { target, method, gateRule: settings.gateRule };
}

function methodWants({ settings, model, run, approved }: Question): readonly Want[] {
  const { method, gateRule, biases } = settings;
  if (method === 'row') return [];
  if (method === 'decompx') {
    const targets = [targetAt(settings, pinnedToken(settings, run))];
    return [ask('sharedRow', 'row', { targets, range: rangeOf(settings, model), gateRule, biases })];
  }
  const request = attributeRequest(method, settings, run);
  const waits = isHeavyMethod(method) && !approved.includes(requestKey('attribute', request));
  return [waits ? ask('methodPlan', 'planAttribute', request) : ask('attribution', 'attribute', request)];
}

/** Sizes of the change of the input, as parts of the input, and how many directions of it are tried. */
export const remainderSizes = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1] as const;
export const remainderDirections = 3;

export function remainderRequest(settings: Settings, run: RunSummary): RemainderRequest {
  return {
    target: targetAt(settings, pinnedToken(settings, run)),
    gateRule: settings.gateRule,
    sizes: remainderSizes,
    directions: remainderDirections,
    seed: 1,
  };
}

/** T beside J: their norms first; then both rows, and what an actual change shows, once they are wanted or cheap. */
function jacobianWants({ settings, model, run, approved }: Question, explainable: boolean): readonly Want[] {
  const token = pinnedToken(settings, run);
  const scope = { range: rangeOf(settings, model), gateRule: settings.gateRule };
  const beside = ask('beside', 'besideJacobian', { token, ...scope });
  if (!explainable) return [beside];
  const targets = [targetAt(settings, token)];
  const request = remainderRequest(settings, run);
  const runs = remainderSizes.length * remainderDirections;
  const asked = approved.includes(requestKey('remainder', request)) || isCheapRun(model, run.tokens.length * runs);
  return [
    beside,
    ask('tensorRow', 'row', { targets, ...scope }, 'back'),
    ask('jacobianRow', 'row', { targets, ...scope, operator: 'jacobian' }, 'back'),
    asked
      ? ask('remainder', 'remainder', request, 'back')
      : ask('remainderPlan', 'planAttribute', attributeRequest('ablation', settings, run), 'back'),
  ];
}

/** Beyond this the lens waits for the reader's word, in FLOPs. */
const lensUnasked = 2e10;

/** Of the lens at all tokens: a row of logits a token and layer. */
export function lensFlops({ model, run }: Pick<Question, 'model' | 'run'>): number {
  return 2 * model.vocab * model.dModel * run.tokens.length * (model.blocks + 1);
}

/** null: it waits, or the model has no predictions at every token. */
export function lensWant(question: Pick<Question, 'model' | 'run' | 'approved'>): Want | null {
  const { model, run, approved } = question;
  if (model.classes === 0 || model.readToken !== undefined) return null;
  const want = ask('lens', 'lens', { first: 0, count: run.tokens.length });
  return lensFlops(question) <= lensUnasked || approved.includes(want.key) ? want : null;
}

/** The first side of a comparison: the chosen map and the row. */
function comparisonWants(question: Question): readonly Want[] {
  const { settings, run } = question;
  const map =
    mapWant('tensor', settings.map, question) ??
    ask('plan', 'plan', mapRequest(settings.map, settings, question.model));
  const explainable = isExplainable(run, pinnedToken(settings, run));
  return explainable ? [rowWant(question, null), map] : [map];
}

function ask<K extends CallName>(
  slot: SlotName,
  call: K,
  request: EngineCalls[K][0],
  lane: 'front' | 'back' = 'front',
): Want {
  const family = request !== null && 'map' in request ? `${call} ${request.map}` : call;
  return { slot, call, request, key: requestKey(call, request), family, lane } as unknown as Want; // K ties call and request
}
