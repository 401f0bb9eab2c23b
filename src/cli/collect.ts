// Asks the engine for everything that the options name, and gives the tensors their names and shapes (fixtures/tiny/README.md).

import type {
  AttributeResult,
  BiasSharing,
  Fidelity,
  MapResult,
  ModelInfo,
  OperatorScope,
  Provenance,
  RunSummary,
  Scope,
  Target,
  TensorMapName,
} from '../engine/protocol';
import type { TensorToWrite } from '../models/safetensors';
import type { Pixels } from '../program/input';
import { UserError } from '../tensor/errors';
import type { AnalysisEngine } from './analysisEngine';
import {
  type AnalyzeOptions,
  type blockNormKeys,
  type MapKey,
  type MethodKey,
  methods,
  type normChainKeys,
} from './options';
import { checkIndex, targetOf } from './wishes';

/** How one result came about: what the metadata says of it. */
export interface Note {
  readonly provenance: Provenance;
  readonly fidelity: Fidelity;
  /** in_class, methods: what it explains, in words. */
  readonly explains?: string;
  /** Methods: what their parts are parts of, and what they leave over of it; null: they are parts of nothing. */
  readonly account?: { readonly total: number; readonly leftOver: number } | null;
  /** Integrated gradients: how many were taken, and how far the parts are from adding up. */
  readonly integration?: AttributeResult['integration'];
}

export interface Collected {
  readonly tensors: ReadonlyMap<string, TensorToWrite>;
  readonly notes: Readonly<Record<string, Note>>;
}

interface Asked {
  readonly engine: AnalysisEngine;
  readonly scope: Scope;
  /** Of slices and pairs. */
  readonly operated: OperatorScope;
  readonly target: Target;
  readonly model: ModelInfo;
  readonly length: number;
  put(name: string, shape: readonly number[], data: ArrayLike<number>): void;
  note(name: string, note: Note): void;
}

/** All requested tensors of the run. Throws UserError when one cannot be made: then nothing should be written. */
export async function collect(
  engine: AnalysisEngine,
  model: ModelInfo,
  run: RunSummary,
  options: AnalyzeOptions,
  pixels: Pixels | null,
): Promise<Collected> {
  const length = run.tokens.length;
  const scope: Scope = { range: options.layers ?? [0, model.blocks], gateRule: options.gateRule };
  const tensors = new Map<string, TensorToWrite>();
  const notes: Record<string, Note> = {};
  const asked: Asked = {
    engine,
    scope,
    operated: options.operator === 'tensor' ? scope : { ...scope, operator: options.operator },
    model,
    length,
    target: await targetOf(engine, options, length, model),
    put: (name, shape, data) => tensors.set(name, { shape, data: finite(name, Float32Array.from(data)) }),
    note(name, { provenance, fidelity, explains, account, integration }) {
      notes[name] = {
        provenance,
        fidelity,
        ...(explains === undefined ? {} : { explains }),
        ...(account === undefined ? {} : { account }),
        ...(integration ? { integration } : {}),
      };
    },
  };
  const vectors = [length, model.dModel];
  if (pixels) asked.put('pixel_values', pixels.shape, pixels.data);
  else tensors.set('input_ids', { shape: [length], data: Int32Array.from(run.tokens, ({ id }) => id) });
  asked.put('x0', vectors, await engine.hidden(0));
  const { y, bias } = await engine.output(scope);
  asked.put('y', vectors, y);
  asked.put('B', vectors, bias);
  const hidden = options.hidden
    ? Array.from({ length: model.blocks + 1 }, (_, block) => block)
    : scope.range.filter(insideOf(model));
  for (const block of hidden) asked.put(`hidden.${block}`, vectors, await engine.hidden(block));
  const perToken = model.readToken === undefined ? [length] : [];
  if (options.logits) asked.put('logits', [...perToken, model.classes ?? model.vocab], await engine.logits());
  for (const key of new Set(options.maps)) await collectors[key](asked, key);
  for (const key of new Set(options.methods)) await collectMethod(asked, key);
  await collectSlices(asked, options);
  return { tensors, notes };
}

/** A file with NaN in it would pass for a result. */
function finite(name: string, data: Float32Array): Float32Array {
  if (data.every(Number.isFinite)) return data;
  throw new UserError(
    'bad-model',
    `${name} came out with values that are not finite: the model overflows on this prompt.`,
  );
}

type OutputMap = Exclude<TensorMapName, 'in_class'>;
type BlockNorm = (typeof blockNormKeys)[number];
type NormChain = (typeof normChainKeys)[number];

/** The ends of a partial range, whose residual streams the tensor connects. */
const insideOf = (model: ModelInfo) => (block: number) => block > 0 && block < model.blocks;

const collectors: Record<MapKey, (asked: Asked, key: MapKey) => Promise<unknown>> = {
  in: outputMap,
  out: outputMap,
  norm: outputMap,
  trace: outputMap,
  spectral: outputMap,
  nuclear: outputMap,
  async in_out(asked, key) {
    const { bias, total } = await outputMap(asked, key);
    asked.put('y_dot_B', [asked.length], bias!);
    asked.put('y_sq', [asked.length], total!);
  },
  async in_class({ engine, scope, target, length, put, note }) {
    const row = await engine.row({ ...scope, targets: [target] });
    put('in_class', [length], row.contributions);
    note('in_class', row);
  },
  async in_class_all({ engine, scope, target, length, put, note }) {
    const result = await engine.map({ map: 'in_class', ...scope, class: target.class, direction: target.direction });
    put('in_class_all', [length, length], result.matrix.data);
    note('in_class_all', result);
  },
  async rollout({ engine, scope: { range }, length, put }) {
    for (const [at, map] of (await engine.rollouts(range)).entries())
      put(`rollout.${range[0] + at}`, [length, length], map);
  },
  async flow({ engine, scope: { range }, length, put }) {
    const { raw, normalised } = await engine.flows(range);
    put('flow_raw', [length, length], raw);
    put('flow', [length, length], normalised);
  },
  async attention({ engine, model, length, put }) {
    for (let block = 0; block < model.blocks; block++) {
      put(`attn.${block}`, [model.heads, length, length], await engine.pattern(block));
    }
  },
  attn_n: blockNorms,
  attn_res_n: blockNorms,
  attn_res_ln_n: blockNorms,
  rollout_attn_n: normChain,
  rollout_attn_res: normChain,
  globenc: normChain,
  alti: normChain,
  async mixing_ratio({ engine, scope: { range }, length, put }) {
    for (const [at, ratios] of (await engine.mixingRatios(range)).entries())
      put(`mixing_ratio.${range[0] + at}`, [length], ratios);
  },
  decompx_absdot: (asked) => sharedRow(asked, 'decompx_absdot', 'absDot'),
  decompx_norm: (asked) => sharedRow(asked, 'decompx_norm', 'norm'),
  decompx_equal: (asked) => sharedRow(asked, 'decompx_equal', 'equal'),
};

/** One number explained by one row over the tokens; Chefer's relevance by its whole map. */
async function collectMethod({ engine, scope, target, length, put, note }: Asked, key: MethodKey): Promise<void> {
  const method = methods[key];
  const result = await engine.attribute({ target, method, gateRule: scope.gateRule });
  const { map, provenance, explains, total, leftOver, integration } = result;
  if (map === null) put(key, [length], result.relevance);
  else put(key, [length, length], map.data);
  const fidelity = { completeness: null, conservation: null };
  const account = total === null || leftOver === null ? null : { total, leftOver };
  note(key, { provenance, fidelity, explains, account, integration });
}

/** `attn_n.l` of every block. */
async function blockNorms({ engine, model, length, put, note }: Asked, key: MapKey): Promise<void> {
  for (let layer = 0; layer < model.blocks; layer++) {
    const result = await engine.map({ map: key as BlockNorm, layer });
    put(`${key}.${layer}`, [length, length], result.matrix.data);
    note(`${key}.${layer}`, result);
  }
}

/** DecompX of the target: like in_class, biases shared among the sources. */
async function sharedRow(
  { engine, scope, target, length, put, note }: Asked,
  key: MapKey,
  biases: BiasSharing,
): Promise<void> {
  const row = await engine.row({ ...scope, targets: [target], biases });
  put(key, [length], row.contributions);
  note(key, row);
}

/** `alti.l` up to every block of the range. */
async function normChain({ engine, scope: { range }, length, put, note }: Asked, key: MapKey): Promise<void> {
  for (let block = range[0]; block < range[1]; block++) {
    const result = await engine.map({ map: key as NormChain, range: [range[0], block + 1] });
    put(`${key}.${block}`, [length, length], result.matrix.data);
    note(`${key}.${block}`, result);
  }
}

async function outputMap({ engine, scope, length, put, note }: Asked, key: MapKey): Promise<MapResult> {
  const result = await engine.map({ map: key as OutputMap, ...scope });
  put(key, [length, length], result.matrix.data);
  note(key, result);
  return result;
}

/** Pairs are cut from slices, so a slice is computed once for all of them. */
async function collectSlices(
  { engine, operated, model, length, put }: Asked,
  { slices, pairs }: AnalyzeOptions,
): Promise<void> {
  const { dModel } = model;
  for (const token of new Set([...slices, ...pairs.map(([output]) => output)])) {
    const slice = await engine.sliceOf(checkIndex(token, length, '--slice or --pair'), operated);
    if (slices.includes(token)) put(`slice.${token}`, [dModel, length, dModel], slice);
    for (const [, source] of pairs.filter(([output]) => output === token)) {
      checkIndex(source, length, '--pair');
      const at = (d: number, e: number) => slice[(d * length + source) * dModel + e]!;
      const pair = Float32Array.from({ length: dModel ** 2 }, (_, n) => at(Math.floor(n / dModel), n % dModel));
      put(`pair.${token}.${source}`, [dModel, dModel], pair);
    }
  }
}
