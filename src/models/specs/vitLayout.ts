// The layout that ViT brought: patches as tokens behind a class token, pre-norm, LayerNorm, attention in both directions, and linear heads that
// read some tokens of y. A family says in data what it does differently.

import * as v from 'valibot';
import type { BlockSpec, ClassifierSpec, ModelSpec, NormSpec, WeightMap } from '../spec';
import { activation, flag, share, size } from './fields';
import { chooseHead, headFields, labelsOf } from './heads';
import { collectSources, type SourceCollector } from './sources';

const square = 'It must be one whole number; only square images and patches are supported';
const side = v.pipe(v.number(square), v.integer(square), v.minValue(1, square), v.maxValue(16_384, square));

/** Entries of config.json that these families have; to spread into a family's schema. */
export const vitFields = {
  ...headFields,
  hidden_size: size.dModel,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  image_size: v.optional(side, 224),
  patch_size: v.optional(side, 16),
  num_channels: v.optional(side, 3),
  hidden_act: v.optional(activation, 'gelu'),
  qkv_bias: v.optional(flag, true),
};
const fields = v.object(vitFields);
type Config = v.InferOutput<typeof fields>;

/** What differs from family to family. */
export interface VitLayout {
  readonly family: string;
  readonly config: Config;
  readonly dFfn: number;
  readonly eps: number;
  /** Before the names of everything but the head; published files may lack it. */
  readonly prefix: string;
  readonly names: LayerNames;
  /** Whether a distillation token follows the class token. */
  readonly distillation: boolean;
  readonly heads: readonly ImageHead[];
  /** Values of `architectures` without a head that is read. */
  readonly headless: readonly string[];
}

/** Names of a block's tensors. */
export interface LayerNames {
  readonly attentionNorm: string;
  readonly ffnNorm: string;
  readonly up: string;
  readonly down: string;
  /** Factors of what attention and FFN add; null: none. */
  readonly scales: readonly [attention: string, ffn: string] | null;
}

export const vitNames: LayerNames = {
  attentionNorm: 'layernorm_before',
  ffnNorm: 'layernorm_after',
  up: 'intermediate.dense',
  down: 'output.dense',
  scales: null,
};

/** A linear head. */
export interface ImageHead {
  readonly architectures: readonly string[];
  /** Which tokens it reads; the labels are those of config.json. */
  readonly reads: ClassifierSpec['reads'];
  readonly combine: ClassifierSpec['combine'];
  /** A tensor that the files hold only with this head. */
  readonly mark: string;
  collect(sources: SourceCollector): void;
}

/** One matrix on the class token. */
export const classTokenHead = (architecture: string): ImageHead => ({
  architectures: [architecture],
  reads: [{ from: 0, to: 1 }],
  combine: 'sum',
  mark: 'classifier.weight',
  collect: (sources) => sources.linear('head', 'classifier', true),
});

export function vitLayout(layout: VitLayout, tensorNames: ReadonlySet<string>): ModelSpec {
  const { config, distillation } = layout;
  const { hidden_size: dModel, num_attention_heads: heads } = config;
  const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
  const norm: NormSpec = { kind: 'layer', eps: layout.eps };
  const block: BlockSpec = {
    style: 'pre',
    norm,
    attention: { heads, kvHeads: heads, dHead, scale: dHead ** -0.5, rotary: null },
    ffn: { kind: 'plain', channels: layout.dFfn, activation: config.hidden_act },
  };
  const { image_size: side, patch_size: patch, num_channels: channels } = config;
  const patches = share(side, patch, 'image_size', 'patch_size') ** 2;
  const tokens = patches + (distillation ? 2 : 1);
  const { architectures } = config;
  const head = chooseHead({ ...layout, architectures }, ({ mark }) => tensorNames.has(mark));
  const labels = head ? labelsOf(config.id2label) : [];
  return {
    family: layout.family,
    dModel,
    vocab: labels.length,
    contextLength: tokens,
    causal: false,
    image: { channels, side, patch },
    ...(head ? { classifier: { reads: head.reads, combine: head.combine, labels } } : { headless: true }),
    embeddingScale: 1,
    blocks: Array.from({ length: config.num_hidden_layers }, () => block),
    finalNorm: norm,
    weights: weightMap(layout, tokens, head),
  };
}

function weightMap(
  { config, prefix, names, distillation }: VitLayout,
  tokens: number,
  head: ImageHead | null,
): WeightMap {
  const { hidden_size: dModel, patch_size: patch, num_channels: channels } = config;
  const sources = collectSources({ prefixes: [prefix, ''], layout: 'outIn' });
  const projection = 'embeddings.patch_embeddings.projection';
  const row = (name: string, tensor: string, rows: number) =>
    sources.array(name, tensor, { layout: 'inOut', shape: [1, rows, dModel] });
  row('embedding.own.weight', 'embeddings.cls_token', 1);
  if (distillation) row('embedding.distillation.weight', 'embeddings.distillation_token', 1);
  sources.array('embedding.patches.weight', `${projection}.weight`, { shape: [dModel, channels, patch, patch] });
  sources.array('embedding.patches.bias', `${projection}.bias`);
  row('embedding.positions.weight', 'embeddings.position_embeddings', tokens);
  for (let block = 0; block < config.num_hidden_layers; block++) {
    const [own, file] = [`blocks.${block}`, `encoder.layer.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.${names.attentionNorm}`);
    for (const part of ['query', 'key', 'value']) {
      sources.linear(`${own}.attention.${part}`, `${file}.attention.attention.${part}`, config.qkv_bias);
    }
    sources.linear(`${own}.attention.output`, `${file}.attention.output.dense`, true);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.${names.ffnNorm}`);
    sources.linear(`${own}.ffn.up`, `${file}.${names.up}`, true);
    sources.linear(`${own}.ffn.down`, `${file}.${names.down}`, true);
    if (!names.scales) continue;
    const [attention, ffn] = names.scales;
    sources.array(`${own}.attention.scale.gain`, `${file}.${attention}`);
    sources.array(`${own}.ffn.scale.gain`, `${file}.${ffn}`);
  }
  sources.layerNorm('final.norm', 'layernorm');
  const headSources = collectSources({ prefixes: [''], layout: 'outIn' });
  head?.collect(headSources);
  return new Map([...sources.map, ...headSources.map]);
}
