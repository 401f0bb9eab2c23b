// GPT-NeoX and Pythia: LayerNorm, partly rotary positions, biases everywhere, attention and FFN side by side or one after the other. Rows of
// the fused q, k, v tensor are ordered [head][q, k, v][channel].

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, flag, positive, share, size } from './fields';
import { rotary, rotaryContext, rotaryFields } from './rotary';
import { collectSources, headByHead } from './sources';

const config = v.object({
  hidden_size: size.dModel,
  intermediate_size: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 2048),
  layer_norm_eps: v.optional(positive, 1e-5),
  hidden_act: v.optional(activation, 'gelu'),
  attention_bias: v.optional(flag, true),
  use_parallel_residual: v.optional(flag, true),
  ...rotaryFields,
  rotary_emb_base: v.nullish(positive),
  rotary_pct: rotaryFields.partial_rotary_factor,
});
type Config = v.InferOutput<typeof config>;

export const gptNeox = defineFamily({
  name: 'GPT-NeoX',
  modelTypes: ['gpt_neox'],
  config,
  spec(config, tensorNames) {
    const { hidden_size: dModel, num_attention_heads: heads } = config;
    const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_eps };
    const turned = rotary(config, dHead, config.rotary_emb_base ?? 10_000, config.rotary_pct ?? 0.25);
    const block: BlockSpec = {
      style: config.use_parallel_residual ? 'parallel' : 'pre',
      norm,
      attention: { heads, kvHeads: heads, dHead, scale: dHead ** -0.5, rotary: turned },
      ffn: { kind: 'plain', channels: config.intermediate_size, activation: config.hidden_act },
    };
    return {
      family: 'GPT-NeoX',
      dModel,
      vocab: config.vocab_size,
      contextLength: rotaryContext(config, config.max_position_embeddings),
      causal: true,
      embeddingScale: 1,
      blocks: Array.from({ length: config.num_hidden_layers }, () => block),
      finalNorm: norm,
      weights: weightMap(config, block.attention, tensorNames.has('embed_out.weight')),
    };
  },
});

function weightMap(config: Config, { heads, dHead }: BlockSpec['attention'], ownHead: boolean): WeightMap {
  const sources = collectSources({ prefixes: [''], layout: 'outIn' });
  const bias = config.attention_bias;
  sources.array('embedding.tokens.weight', 'gpt_neox.embed_in.weight', { layout: 'inOut' });
  for (let block = 0; block < config.num_hidden_layers; block++) {
    const [own, file] = [`blocks.${block}`, `gpt_neox.layers.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.input_layernorm`);
    for (const [part, rows] of Object.entries(headByHead(heads, dHead))) {
      sources.linear(`${own}.attention.${part}`, `${file}.attention.query_key_value`, bias, rows);
    }
    sources.linear(`${own}.attention.output`, `${file}.attention.dense`, bias);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.post_attention_layernorm`);
    sources.linear(`${own}.ffn.up`, `${file}.mlp.dense_h_to_4h`, true);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.dense_4h_to_h`, true);
  }
  sources.layerNorm('final.norm', 'gpt_neox.final_layer_norm');
  if (ownHead) sources.array('head.weight', 'embed_out.weight');
  return sources.map;
}
