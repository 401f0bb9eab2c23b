// Falcon: attention and FFN side by side, LayerNorm, rotary positions, few key/value heads, q, k and v fused. The 7b type has one norm for both
// branches and one key/value head; the new decoder architecture (40b) has groups of heads and a norm for each branch.

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type Slice, type WeightMap } from '../spec';
import { activation, flag, positive, present, refuse, share, size } from './fields';
import { rotary, rotaryContext, rotaryFields } from './rotary';
import { collectSources, rowsOf } from './sources';

const config = v.object({
  hidden_size: size.dModel,
  num_hidden_layers: v.nullish(size.blocks),
  n_layer: v.nullish(size.blocks),
  num_attention_heads: v.nullish(size.heads),
  n_head: v.nullish(size.heads),
  num_kv_heads: v.nullish(size.heads),
  n_head_kv: v.nullish(size.heads),
  ffn_hidden_size: v.nullish(size.dFfn),
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 2048),
  layer_norm_epsilon: v.optional(positive, 1e-5),
  activation: v.optional(activation, 'gelu'),
  new_decoder_architecture: v.optional(flag, false),
  num_ln_in_parallel_attn: v.nullish(v.picklist([1, 2], 'It must be 1 or 2')),
  multi_query: v.optional(flag, true),
  parallel_attn: v.optional(flag, true),
  alibi: v.optional(flag, false),
  bias: v.optional(flag, false),
  ...rotaryFields,
});

export const falcon = defineFamily({
  name: 'Falcon',
  modelTypes: ['falcon'],
  config,
  spec(config, tensorNames) {
    const grouped = config.new_decoder_architecture;
    refuse(config.alibi, 'alibi is true; Falcon is supported with rotary positions only');
    refuse(
      !config.parallel_attn && !grouped,
      'parallel_attn is false; only attention and FFN side by side are supported',
    );
    refuse(!config.multi_query && !grouped, 'multi_query is false; only shared key/value heads are supported');
    const { hidden_size: dModel } = config;
    const heads = present(config.num_attention_heads ?? config.n_head, 'num_attention_heads');
    const blocks = present(config.num_hidden_layers ?? config.n_layer, 'num_hidden_layers');
    const kvHeads = grouped ? (config.num_kv_heads ?? config.n_head_kv ?? heads) : 1;
    const group = share(heads, kvHeads, 'num_attention_heads', 'num_kv_heads');
    const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_epsilon };
    const twoNorms = grouped && config.num_ln_in_parallel_attn !== 1;
    const block: BlockSpec = {
      style: twoNorms ? 'parallel' : 'shared',
      norm,
      attention: { heads, kvHeads, dHead, scale: dHead ** -0.5, rotary: rotary(config, dHead) },
      ffn: { kind: 'plain', channels: config.ffn_hidden_size ?? 4 * dModel, activation: config.activation },
    };
    return {
      family: 'Falcon',
      dModel,
      vocab: config.vocab_size,
      contextLength: rotaryContext(config, config.max_position_embeddings),
      causal: true,
      embeddingScale: 1,
      blocks: Array.from({ length: blocks }, () => block),
      finalNorm: norm,
      weights: weightMap(blocks, {
        parts: groupParts(kvHeads, group, dHead),
        twoNorms,
        bias: config.bias,
        ownHead: tensorNames.has('lm_head.weight'),
      }),
    };
  },
});

/** Rows of query_key_value: group by group its queries, one key, one value. */
function groupParts(kvHeads: number, group: number, dHead: number): Readonly<Record<string, Slice>> {
  const length = kvHeads * (group + 2) * dHead;
  const rows = (from: number, count: number) => {
    const starts = Array.from({ length: kvHeads }, (_, kvHead) => (kvHead * (group + 2) + from) * dHead);
    return rowsOf(length, ...starts.map((start) => [start, start + count * dHead] as const));
  };
  return { query: rows(0, group), key: rows(group, 1), value: rows(group + 1, 1) };
}

interface Layout {
  readonly parts: Readonly<Record<string, Slice>>;
  readonly twoNorms: boolean;
  readonly bias: boolean;
  readonly ownHead: boolean;
}

function weightMap(blocks: number, { parts, twoNorms, bias, ownHead }: Layout): WeightMap {
  const sources = collectSources({ prefixes: ['transformer.'], layout: 'outIn' });
  sources.array('embedding.tokens.weight', 'word_embeddings.weight', { layout: 'inOut' });
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `h.${block}`];
    if (twoNorms) {
      sources.layerNorm(`${own}.attention.norm`, `${file}.ln_attn`);
      sources.layerNorm(`${own}.ffn.norm`, `${file}.ln_mlp`);
    } else sources.layerNorm(`${own}.norm`, `${file}.input_layernorm`);
    for (const [part, rows] of Object.entries(parts)) {
      sources.linear(`${own}.attention.${part}`, `${file}.self_attention.query_key_value`, bias, rows);
    }
    sources.linear(`${own}.attention.output`, `${file}.self_attention.dense`, bias);
    sources.linear(`${own}.ffn.up`, `${file}.mlp.dense_h_to_4h`, bias);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.dense_4h_to_h`, bias);
  }
  sources.layerNorm('final.norm', 'ln_f');
  if (ownHead) sources.array('head.weight', '', { tensors: ['lm_head.weight'] });
  return sources.map;
}
