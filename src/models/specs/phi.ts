// Phi-1, 1.5 and 2: attention and FFN side by side behind one LayerNorm, partly rotary positions, biases everywhere, also on the head.

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, flag, positive, refuse, share, size } from './fields';
import { rotary, rotaryContext, rotaryFields } from './rotary';
import { collectSources } from './sources';

const config = v.object({
  hidden_size: size.dModel,
  intermediate_size: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  num_key_value_heads: v.nullish(size.heads),
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 2048),
  layer_norm_eps: v.optional(positive, 1e-5),
  hidden_act: v.optional(activation, 'gelu_new'),
  qk_layernorm: v.optional(flag, false),
  ...rotaryFields,
});

export const phi = defineFamily({
  name: 'Phi',
  modelTypes: ['phi'],
  config,
  spec(config) {
    refuse(config.qk_layernorm, 'qk_layernorm is true; norms on q and k are not supported in this family');
    const { hidden_size: dModel, num_attention_heads: heads, num_hidden_layers: blocks } = config;
    const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
    const kvHeads = config.num_key_value_heads ?? heads;
    share(heads, kvHeads, 'num_attention_heads', 'num_key_value_heads');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_eps };
    const block: BlockSpec = {
      style: 'shared',
      norm,
      attention: { heads, kvHeads, dHead, scale: dHead ** -0.5, rotary: rotary(config, dHead, 10_000, 0.5) },
      ffn: { kind: 'plain', channels: config.intermediate_size, activation: config.hidden_act },
    };
    return {
      family: 'Phi',
      dModel,
      vocab: config.vocab_size,
      contextLength: rotaryContext(config, config.max_position_embeddings),
      causal: true,
      embeddingScale: 1,
      blocks: Array.from({ length: blocks }, () => block),
      finalNorm: norm,
      weights: weightMap(blocks),
    };
  },
});

function weightMap(blocks: number): WeightMap {
  const sources = collectSources({ prefixes: [''], layout: 'outIn' });
  sources.array('embedding.tokens.weight', 'model.embed_tokens.weight', { layout: 'inOut' });
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `model.layers.${block}`];
    sources.layerNorm(`${own}.norm`, `${file}.input_layernorm`);
    for (const [part, tensor] of Object.entries({ query: 'q_proj', key: 'k_proj', value: 'v_proj', output: 'dense' })) {
      sources.linear(`${own}.attention.${part}`, `${file}.self_attn.${tensor}`, true);
    }
    sources.linear(`${own}.ffn.up`, `${file}.mlp.fc1`, true);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.fc2`, true);
  }
  sources.layerNorm('final.norm', 'model.final_layernorm');
  sources.linear('head', 'lm_head', true);
  return sources.map;
}
