// The layout that BERT brought: post-norm, LayerNorm after the embeddings and no final norm, attention in both directions, learned positions, a
// row for the segment (the first is taken), and a head of its own before the tied vocabulary. A family says in data what it does differently.

import * as v from 'valibot';
import type { Activation } from '../../program/backend';
import type { BlockSpec, ModelSpec, NormSpec, WeightMap } from '../spec';
import { activation, flag, positive, refuse, share, size } from './fields';
import { collectSources, rowsOf } from './sources';

/** Entries of config.json that all these families have; to spread into a family's schema. */
export const bertFields = {
  architectures: v.nullish(v.array(v.string('It must be a list of names'), 'It must be a list of names')),
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
  readonly config: Config;
  /** Values of `architectures` with the head that is read. */
  readonly architectures: readonly string[];
  /** Before the names of everything but the head; published files may lack it. */
  readonly prefix: string;
  /** Takes the position row of its own id and is not counted, so that the first token's row is the one after; null: rows from 0 on. */
  readonly paddingToken: number | null;
  readonly head: HeadTensors;
}

/** Names of the head's tensors. */
interface HeadTensors {
  readonly activation: Activation;
  readonly transform: string;
  readonly norm: string;
  /** Possible names of the matrix where it is not tied, and of the bias, best first. */
  readonly weight: readonly string[];
  readonly bias: readonly string[];
}

export function bertLayout(layout: BertLayout, tensorNames: ReadonlySet<string>): ModelSpec {
  const { config, paddingToken, head } = layout;
  const { hidden_size: dModel, num_attention_heads: heads } = config;
  refuseOthers(layout);
  const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
  const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_eps };
  const block: BlockSpec = {
    style: 'post',
    norm,
    attention: { heads, kvHeads: heads, dHead, scale: dHead ** -0.5, rotary: null },
    ffn: { kind: 'plain', channels: config.intermediate_size, activation: config.hidden_act },
  };
  return {
    family: layout.family,
    dModel,
    vocab: config.vocab_size,
    contextLength: config.max_position_embeddings - (paddingToken === null ? 0 : paddingToken + 1),
    causal: false,
    embeddingScale: 1,
    embeddingNorm: norm,
    ...(paddingToken === null ? {} : { paddingToken }),
    blocks: Array.from({ length: config.num_hidden_layers }, () => block),
    finalNorm: null,
    headTransform: { activation: head.activation, norm },
    weights: weightMap(
      layout,
      head.weight.some((name) => tensorNames.has(name)),
    ),
  };
}

function refuseOthers({ config, architectures, paddingToken }: BertLayout): void {
  const named = config.architectures ?? [];
  refuse(
    named.length > 0 && !named.some((name) => architectures.includes(name)),
    `architectures is ${named.join(', ')}; supported is the masked-language-model head (${architectures.join(', ')})`,
  );
  refuse(config.is_decoder, 'is_decoder is true; this family is supported with attention in both directions only');
  refuse(
    config.add_cross_attention,
    'add_cross_attention is true; only models that read nothing but their prompt are supported',
  );
  const positions = config.position_embedding_type ?? 'absolute';
  refuse(positions !== 'absolute', `position_embedding_type is "${positions}"; supported is "absolute"`);
  refuse(
    paddingToken !== null && paddingToken + 1 >= config.max_position_embeddings,
    `max_position_embeddings (${config.max_position_embeddings}) leaves no position after pad_token_id (${paddingToken})`,
  );
}

function weightMap({ config, prefix, paddingToken, head }: BertLayout, ownHead: boolean): WeightMap {
  const sources = collectSources({ prefixes: [prefix, ''], layout: 'outIn' });
  const rows = (name: string, tensor: string, length: number, from: number, to: number) =>
    sources.array(name, tensor, { layout: 'inOut', slice: rowsOf(length, [from, to]) });
  sources.array('embedding.tokens.weight', 'embeddings.word_embeddings.weight', { layout: 'inOut' });
  const positions = config.max_position_embeddings;
  rows('embedding.positions.weight', 'embeddings.position_embeddings.weight', positions, paddingToken ?? 0, positions);
  rows('embedding.segment.weight', 'embeddings.token_type_embeddings.weight', config.type_vocab_size, 0, 1);
  sources.layerNorm('embedding.norm', 'embeddings.LayerNorm');
  for (let block = 0; block < config.num_hidden_layers; block++) {
    const [own, file] = [`blocks.${block}`, `encoder.layer.${block}`];
    for (const part of ['query', 'key', 'value']) {
      sources.linear(`${own}.attention.${part}`, `${file}.attention.self.${part}`, true);
    }
    sources.linear(`${own}.attention.output`, `${file}.attention.output.dense`, true);
    sources.layerNorm(`${own}.attention.norm`, `${file}.attention.output.LayerNorm`);
    sources.linear(`${own}.ffn.up`, `${file}.intermediate.dense`, true);
    sources.linear(`${own}.ffn.down`, `${file}.output.dense`, true);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.output.LayerNorm`);
  }
  const headSources = collectSources({ prefixes: [''], layout: 'outIn' });
  headSources.linear('head.transform', head.transform, true);
  headSources.layerNorm('head.norm', head.norm);
  headSources.array('head.bias', '', { tensors: head.bias });
  if (ownHead) headSources.array('head.weight', '', { tensors: head.weight });
  return new Map([...sources.map, ...headSources.map]);
}
