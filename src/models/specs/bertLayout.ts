// The layout that BERT brought: post-norm, LayerNorm after the embeddings and no final norm, attention in both directions, learned positions, a
// row for the segment (the first is taken), and a head of its own. A family says in data what it does differently.

import * as v from 'valibot';
import type { Activation } from '../../program/backend';
import type { BlockSpec, ModelSpec, NormSpec, WeightMap } from '../spec';
import { activation, flag, positive, refuse, share, size } from './fields';
import { chooseHead, type EncoderHead, headFields, headSpec, heldBy } from './heads';
import { collectSources, rowsOf } from './sources';

/** Entries of config.json that most of these families have; to spread into a family's schema. */
export const bertFields = {
  ...headFields,
  hidden_size: size.dModel,
  intermediate_size: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 512),
  type_vocab_size: v.optional(size.vocab, 2),
  layer_norm_eps: v.optional(positive, 1e-12),
  hidden_act: v.optional(activation, 'gelu'),
  position_embedding_type: v.optional(v.nullable(v.string('It must be a name')), 'absolute'),
  is_decoder: v.optional(flag, false),
  add_cross_attention: v.optional(flag, false),
};
const fields = v.object(bertFields);
type Config = v.InferOutput<typeof fields>;

/** What differs from family to family. */
export interface BertLayout {
  readonly family: string;
  readonly shape: EncoderShape;
  /** Before the names of everything but the head; published files may lack it. */
  readonly prefix: string;
  readonly names: LayerNames;
  /** Takes the position row of its own id and is not counted, so that the first token's row is the one after; null: rows from 0 on. */
  readonly paddingToken: number | null;
  readonly heads: readonly EncoderHead[];
  /** Values of `architectures` without a head that is read. */
  readonly headless: readonly string[];
}

/** Sizes by this program's names, and what config.json says of the head. */
export interface EncoderShape {
  readonly dModel: number;
  /** Channels of the embeddings, where a matrix takes them to dModel. */
  readonly embeddingChannels?: number;
  readonly dFfn: number;
  readonly blocks: number;
  readonly heads: number;
  readonly vocab: number;
  readonly positions: number;
  /** Rows for segments; null: none. */
  readonly segments: number | null;
  readonly eps: number;
  readonly activation: Activation;
  readonly architectures?: readonly string[] | null | undefined;
  readonly id2label?: Readonly<Record<string, string>> | null | undefined;
}

/** Names of a block's tensors. */
export interface LayerNames {
  readonly block: (index: number) => string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  readonly ffnNorm: string;
}

export const bertNames: LayerNames = {
  block: (index) => `encoder.layer.${index}`,
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  output: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  up: 'intermediate.dense',
  down: 'output.dense',
  ffnNorm: 'output.LayerNorm',
};

/** Reads the entries that `bertFields` checks; refuses what these families may be and this layout is not. */
export function bertShape(config: Config): EncoderShape {
  refuse(config.is_decoder, 'is_decoder is true; this family is supported with attention in both directions only');
  refuse(
    config.add_cross_attention,
    'add_cross_attention is true; only models that read nothing but their prompt are supported',
  );
  const positions = config.position_embedding_type ?? 'absolute';
  refuse(positions !== 'absolute', `position_embedding_type is "${positions}"; supported is "absolute"`);
  share(config.hidden_size, config.num_attention_heads, 'hidden_size', 'num_attention_heads');
  return {
    dModel: config.hidden_size,
    dFfn: config.intermediate_size,
    blocks: config.num_hidden_layers,
    heads: config.num_attention_heads,
    vocab: config.vocab_size,
    positions: config.max_position_embeddings,
    segments: config.type_vocab_size,
    eps: config.layer_norm_eps,
    activation: config.hidden_act,
    architectures: config.architectures,
    id2label: config.id2label,
  };
}

export function bertLayout(layout: BertLayout, tensorNames: ReadonlySet<string>): ModelSpec {
  const { shape, paddingToken } = layout;
  const { dModel, heads, embeddingChannels = dModel } = shape;
  refuse(
    paddingToken !== null && paddingToken + 1 >= shape.positions,
    `max_position_embeddings (${shape.positions}) leaves no position after pad_token_id (${paddingToken})`,
  );
  const norm: NormSpec = { kind: 'layer', eps: shape.eps };
  const dHead = dModel / heads;
  const block: BlockSpec = {
    style: 'post',
    norm,
    attention: { heads, kvHeads: heads, dHead, scale: dHead ** -0.5, rotary: null },
    ffn: { kind: 'plain', channels: shape.dFfn, activation: shape.activation },
  };
  const { architectures } = shape;
  const chosen = chooseHead({ ...layout, architectures }, heldBy(tensorNames));
  const { weights, ...head } = headSpec(chosen, norm, shape.id2label, tensorNames);
  return {
    family: layout.family,
    dModel,
    vocab: shape.vocab,
    contextLength: shape.positions - (paddingToken === null ? 0 : paddingToken + 1),
    causal: false,
    embeddingScale: 1,
    embeddingNorm: norm,
    ...(embeddingChannels === dModel
      ? {}
      : { embeddingProjection: { width: embeddingChannels, place: 'norm' } as const }),
    ...(paddingToken === null ? {} : { paddingToken }),
    blocks: Array.from({ length: shape.blocks }, () => block),
    finalNorm: null,
    ...head,
    weights: new Map([...weightMap(layout), ...weights]),
  };
}

function weightMap({ shape, prefix, names, paddingToken }: BertLayout): WeightMap {
  const sources = collectSources({ prefixes: [prefix, ''], layout: 'outIn' });
  const rows = (name: string, tensor: string, length: number, from: number, to: number) =>
    sources.array(name, tensor, { layout: 'inOut', slice: rowsOf(length, [from, to]) });
  sources.array('embedding.tokens.weight', 'embeddings.word_embeddings.weight', { layout: 'inOut' });
  const { positions, segments } = shape;
  rows('embedding.positions.weight', 'embeddings.position_embeddings.weight', positions, paddingToken ?? 0, positions);
  if (segments !== null) {
    rows('embedding.segment.weight', 'embeddings.token_type_embeddings.weight', segments, 0, 1);
  }
  sources.layerNorm('embedding.norm', 'embeddings.LayerNorm');
  if ((shape.embeddingChannels ?? shape.dModel) !== shape.dModel) {
    sources.linear('embedding.project', 'embeddings_project', true);
  }
  for (let block = 0; block < shape.blocks; block++) {
    const [own, file] = [`blocks.${block}`, names.block(block)];
    for (const part of ['query', 'key', 'value', 'output'] as const) {
      sources.linear(`${own}.attention.${part}`, `${file}.${names[part]}`, true);
    }
    sources.layerNorm(`${own}.attention.norm`, `${file}.${names.attentionNorm}`);
    sources.linear(`${own}.ffn.up`, `${file}.${names.up}`, true);
    sources.linear(`${own}.ffn.down`, `${file}.${names.down}`, true);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.${names.ffnNorm}`);
  }
  return sources.map;
}
