// The keys of a link, one entry each: how a setting is written, how it is read back, and what is accepted. Texts are already percent-decoded here.

import * as v from 'valibot';
import { generationSchema, maxContinuation, writeGeneration } from './generation';
import { encodePart, splitParts } from './parts';
import { relationSchema, writeRelation } from './relation';
import { defaultSettings, type ImageRef, type Settings, type SideSettings, sideSettings } from './settings';

export interface Field<K extends keyof Settings = keyof Settings> {
  readonly setting: K;
  readonly schema: v.GenericSchema<string, Settings[K]>;
  readonly write: (value: Settings[K]) => string;
}

export const tensorMaps = ['in', 'out', 'in_out', 'norm', 'in_class', 'trace', 'spectral', 'nuclear'] as const;
/** Maps that are no collapse of the tensor: each a panel of its own. */
export const otherMaps = [
  'rollout',
  'flow',
  'attention',
  'attn_n',
  'attn_res_n',
  'attn_res_ln_n',
  'rollout_attn_n',
  'rollout_attn_res',
  'globenc',
  'alti',
  'decompx',
] as const;
/** In the order in which the page lists them. */
export const rowMethods = [
  'row',
  'decompx',
  'attnlrp',
  'lrp_ah_ln',
  'gradient_x_input',
  'integrated_gradients',
  'saliency',
  'chefer',
  'ablation',
] as const;
export const operators = ['tensor', 'attnlrp', 'lrp_ah_ln', 'jacobian'] as const;
export const biasSharings = ['absDot', 'norm', 'equal', 'token'] as const;
export const maps = [...tensorMaps, ...otherMaps] as const;
export const panels = ['tensor', 'difference', ...tensorMaps, ...otherMaps] as const;
export const enlargeable = [...panels, 'graph'] as const;
export const overlays = ['row', 'tensor', 'rollout', 'flow', 'attention'] as const;
export const studies = ['prompt', 'set', 'localisation'] as const;
export const maskings = ['zero', 'mask', 'unknown', 'end'] as const;
export const measures = ['probability', 'logProbability', 'agreement'] as const;
export const rooms = ['analysis', 'compare', 'relations'] as const;
const maxPins = 64;

// 7 digits: far beyond any vocabulary or context length, and safe as a number.
const index = v.pipe(v.string(), v.regex(/^\d{1,7}$/), v.transform(Number));
const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit));
const flag = v.pipe(
  v.picklist(['0', '1']),
  v.transform((value) => value === '1'),
);

function list<T>(item: v.GenericSchema<string, T>, limit = maxPins) {
  return v.pipe(
    v.string(),
    v.transform((value) => (value === '' ? [] : value.split(','))),
    v.maxLength(limit),
    v.array(item),
    v.check((items) => new Set(items).size === items.length, 'twice'),
  );
}

/** Tokens may come again. */
const continued = v.pipe(
  v.string(),
  v.transform((value) => (value === '' ? [] : value.split(','))),
  v.maxLength(maxContinuation),
  v.array(index),
);

const blocks = v.pipe(
  v.string(),
  v.regex(/^\d{1,4}-\d{1,4}$/),
  v.transform((value): readonly [number, number] => {
    const [from, to] = value.split('-');
    return [Number(from), Number(to)];
  }),
  v.check(([from, to]) => from < to),
);

/** "circle.png", or "0123456789abcdef0123456789abcdef~cat.png". */
const image = v.pipe(
  text(240),
  v.regex(/^([0-9a-f]{32}~)?[^~\\]+$/),
  v.transform((value): ImageRef => {
    const [, digest = null, name] = /^(?:([0-9a-f]{32})~)?(.+)$/s.exec(value)!;
    return { name: name!, digest };
  }),
);

/** "in_class:centred": a name of analysis/rankings.ts; names that are not there are left out where they are used. */
const ranking = v.pipe(v.string(), v.regex(/^[a-z_]{1,40}(:[a-z]{1,20})?$/));

const percent = v.pipe(index, v.maxValue(100));

const difference = v.pipe(
  v.string(),
  v.transform((value) => value.split('~')),
  v.tuple([v.picklist(maps), v.picklist(maps)]),
);

function field<K extends keyof Settings>(
  setting: K,
  schema: v.GenericSchema<string, Settings[K]>,
  write: (value: Settings[K]) => string = String,
): Field {
  return { setting, schema, write } as unknown as Field; // one table for all keys; each entry is checked here, where K is known
}

/** The keys of a link that one side of a comparison may have. */
const sideKeys = (): [string, Field][] =>
  Object.entries(fields).filter(([, { setting }]) => (sideSettings as readonly string[]).includes(setting));

/** A link within the link. What is null on the other side only is written without a value. */
const other = v.pipe(
  text(12_000),
  v.rawTransform(({ dataset, addIssue, NEVER }): Partial<SideSettings> => {
    const side: Record<string, unknown> = {};
    let damaged = false;
    const parts = splitParts(dataset.value, () => {
      damaged = true;
    });
    for (const [key, { setting, schema }] of sideKeys()) {
      const value = parts.get(key);
      if (value === undefined) continue;
      const parsed = v.safeParse(schema, value);
      if (parsed.success) side[setting] = parsed.output;
      else if (value === '') side[setting] = defaultSettings[setting];
      else damaged = true;
    }
    if (!damaged) return side as Partial<SideSettings>;
    addIssue({ message: 'the other side makes no sense' });
    return NEVER;
  }),
);

function writeOther(side: Partial<SideSettings>): string {
  return sideKeys()
    .filter(([, { setting }]) => setting in side)
    .map(([key, { setting, write }]) => {
      const value = side[setting as keyof SideSettings];
      return `${key}=${value === null || value === undefined ? '' : encodePart(write(value))}`;
    })
    .join('&');
}

const bit = (value: boolean) => (value ? '1' : '0');

/** Key in the link → setting. Order here is the order in the link. */
export const fields: Readonly<Record<string, Field>> = {
  room: field('room', v.picklist(rooms)),
  other: field('other', other, writeOther),
  model: field(
    'model',
    v.pipe(
      text(200),
      v.regex(/^([\w.-]+(\/[\w.-]+)?|file:[^\p{Cc}/\\]{1,120})$/u),
      v.check((name) => !name.split('/').some((part) => /^\.+$/.test(part))),
    ),
  ),
  revision: field('revision', v.pipe(text(80), v.regex(/^[\w.-]+$/))),
  hub: field('hub', v.pipe(text(200), v.regex(/^https?:\/\/[\w.-]+(:\d{1,5})?(\/[\w-]+)*$/))),
  device: field('device', v.picklist(['auto', 'webgpu', 'reference'])),
  weights: field('weights', v.picklist(['f32', 'f16'])),
  memory: field('memory', v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number))),
  prompt: field('prompt', text(12_000)),
  chat: field('chat', flag, bit),
  image: field('image', image, (value) => (value === null ? '' : [value.digest ?? [], value.name].flat().join('~'))),
  pin: field('pinned', list(index), (value) => value.join(',')),
  source: field('source', index),
  class: field('class', index),
  direction: field('direction', v.picklist(['centred', 'logit', 'logprob', 'contrast'])),
  against: field('rivals', list(index), (value) => value.join(',')),
  map: field('map', v.picklist(tensorMaps)),
  panels: field('panels', list(v.picklist(panels)), (value) => value.join(',')),
  difference: field('difference', difference, (value) => value.join('~')),
  block: field('attentionLayer', index),
  head: field('attentionHead', v.union([v.literal('max'), index])),
  biases: field('biases', v.picklist(biasSharings)),
  blocks: field('range', blocks, (value) => (value === null ? '' : value.join('-'))),
  rule: field('gateRule', v.picklist(['half', 'up', 'gate'])),
  scale: field('scale', v.picklist(['shared', 'own'])),
  log: field('log', flag, bit),
  hideFirst: field('hideFirst', flag, bit),
  hideSpecial: field('hideSpecial', flag, bit),
  words: field('words', flag, bit),
  tab: field('tab', v.picklist(['row', 'slice', 'pair', 'layers', 'graph', 'jacobian', 'faithfulness'])),
  method: field('method', v.picklist(rowMethods)),
  operator: field('operator', v.picklist(operators)),
  order: field('order', v.picklist(['ranked', 'reading'])),
  contraction: field('contraction', v.picklist(['contributions', 'readOut', 'classDirection'])),
  layers: field('layersKind', v.picklist(['from', 'upTo', 'lens', 'shares'])),
  layer: field('layer', index),
  graph: field('graphOf', v.picklist(['class', 'output'])),
  least: field('graphLeast', v.pipe(index, v.maxValue(1000))),
  scaled: field('graphScaled', flag, bit),
  node: field('graphNode', v.pipe(text(32), v.regex(/^(stream|head|attention|ffn) \d{1,4}(\.\d{1,7}){1,2}$/))),
  focus: field('graphFocus', flag, bit),
  enlarged: field('enlarged', v.picklist(enlargeable)),
  overlay: field('overlay', v.picklist(overlays)),
  opacity: field('opacity', percent),
  study: field('study', v.picklist(studies)),
  rankings: field('rankings', list(ranking), (value) => (value ?? []).join(',')),
  masking: field('masking', v.picklist(maskings)),
  fractions: field('fractions', v.picklist(['few', 'most'])),
  measure: field('measure', v.picklist(measures)),
  matched: field('matched', flag, bit),
  more: field('continued', continued, (value) => value.join(',')),
  generation: field('generation', generationSchema, writeGeneration),
  relation: field('relation', relationSchema, writeRelation),
};
