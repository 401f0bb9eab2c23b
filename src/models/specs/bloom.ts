// BLOOM: pre-norm, LayerNorm, also on the embeddings, ALiBi instead of positions, tanh GELU, biases everywhere, q, k and v fused head by head.

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { flag, positive, present, refuse, share, size } from './fields';
import { collectSources, headByHead } from './sources';

const config = v.object({
  hidden_size: v.nullish(size.dModel),
  n_embed: v.nullish(size.dModel),
  n_layer: v.nullish(size.blocks),
  num_hidden_layers: v.nullish(size.blocks),
  n_head: v.nullish(size.heads),
  num_attention_heads: v.nullish(size.heads),
  vocab_size: size.vocab,
  seq_length: v.optional(size.context, 2048), // what it was trained on; ALiBi itself knows no end
  layer_norm_epsilon: v.optional(positive, 1e-5),
  apply_residual_connection_post_layernorm: v.optional(flag, false),
});

export const bloom = defineFamily({
  name: 'BLOOM',
  modelTypes: ['bloom'],
  config,
  spec(config, tensorNames) {
    refuse(
      config.apply_residual_connection_post_layernorm,
      'apply_residual_connection_post_layernorm is true; only residuals around the norms are supported',
    );
    const dModel = present(config.hidden_size ?? config.n_embed, 'hidden_size');
    const heads = present(config.n_head ?? config.num_attention_heads, 'n_head');
    const blocks = present(config.n_layer ?? config.num_hidden_layers, 'n_layer');
    const dHead = share(dModel, heads, 'hidden_size', 'n_head');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_epsilon };
    const block: BlockSpec = {
      style: 'pre',
      norm,
      attention: {
        heads,
        kvHeads: heads,
        dHead,
        scale: dHead ** -0.5,
        rotary: null,
        slopes: alibiSlopes(heads),
      },
      ffn: { kind: 'plain', channels: 4 * dModel, activation: 'gelu_new' },
    };
    return {
      family: 'BLOOM',
      dModel,
      vocab: config.vocab_size,
      contextLength: config.seq_length,
      causal: true,
      embeddingScale: 1,
      embeddingNorm: norm,
      blocks: Array.from({ length: blocks }, () => block),
      finalNorm: norm,
      weights: weightMap(blocks, heads, dHead, tensorNames.has('lm_head.weight')),
    };
  },
});

/** 2^(−8/n), 2^(−16/n), … for the n = largest power of 2 of the heads; further heads take the odd powers of 2^(−4/n) between these. */
function alibiSlopes(heads: number): number[] {
  const n = 2 ** Math.floor(Math.log2(heads));
  return Array.from({ length: heads }, (_, head) =>
    head < n ? 2 ** ((-8 * (head + 1)) / n) : 2 ** ((-4 * (2 * (head - n) + 1)) / n),
  );
}

function weightMap(blocks: number, heads: number, dHead: number, ownHead: boolean): WeightMap {
  const sources = collectSources({ prefixes: ['transformer.', ''], layout: 'outIn' });
  sources.array('embedding.tokens.weight', 'word_embeddings.weight', { layout: 'inOut' });
  sources.layerNorm('embedding.norm', 'word_embeddings_layernorm');
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `h.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.input_layernorm`);
    for (const [part, rows] of Object.entries(headByHead(heads, dHead))) {
      sources.linear(`${own}.attention.${part}`, `${file}.self_attention.query_key_value`, true, rows);
    }
    sources.linear(`${own}.attention.output`, `${file}.self_attention.dense`, true);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.post_attention_layernorm`);
    sources.linear(`${own}.ffn.up`, `${file}.mlp.dense_h_to_4h`, true);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.dense_4h_to_h`, true);
  }
  sources.layerNorm('final.norm', 'ln_f');
  if (ownHead) sources.array('head.weight', '', { tensors: ['lm_head.weight'] });
  return sources.map;
}
