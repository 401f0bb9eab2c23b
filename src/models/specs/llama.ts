// Llama and what has its layout: pre-norm, RMSNorm, rotary positions, grouped-query attention, gated FFN. Linear weights lie as [out, in].

import * as v from 'valibot';
import type { Layout } from '../../program/backend';
import { type BlockSpec, defineFamily, type NormSpec, type WeightSource } from '../spec';
import { activation, flag, positive, share, size } from './fields';
import { rotary, rotaryFields } from './rotary';

const config = v.object({
  hidden_size: size.dModel,
  intermediate_size: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  num_key_value_heads: v.nullish(size.heads),
  head_dim: v.nullish(size.dModel),
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 2048),
  rms_norm_eps: v.optional(positive, 1e-6),
  hidden_act: v.optional(activation, 'silu'),
  attention_bias: v.optional(flag, false),
  mlp_bias: v.optional(flag, false),
  ...rotaryFields,
});

export const llama = defineFamily({
  name: 'Llama',
  modelTypes: ['llama'],
  config,
  spec(config, tensorNames) {
    const { hidden_size: dModel, num_attention_heads: heads } = config;
    const kvHeads = config.num_key_value_heads ?? heads;
    share(heads, kvHeads, 'num_attention_heads', 'num_key_value_heads');
    const dHead = config.head_dim ?? share(dModel, heads, 'hidden_size', 'num_attention_heads');
    const norm: NormSpec = { kind: 'rms', eps: config.rms_norm_eps };
    const block: BlockSpec = {
      style: 'pre',
      norm,
      attention: { heads, kvHeads, dHead, scale: dHead ** -0.5, rotary: rotary(config, dHead) },
      ffn: { kind: 'gated', channels: config.intermediate_size, activation: config.hidden_act },
    };
    return {
      family: 'Llama',
      dModel,
      vocab: config.vocab_size,
      contextLength: config.max_position_embeddings,
      causal: true,
      blocks: Array.from({ length: config.num_hidden_layers }, () => block),
      finalNorm: norm,
      weights: weightMap(
        config.num_hidden_layers,
        config.attention_bias,
        config.mlp_bias,
        tensorNames.has('lm_head.weight'),
      ),
    };
  },
});

function weightMap(
  blocks: number,
  attentionBias: boolean,
  ffnBias: boolean,
  ownHead: boolean,
): Map<string, WeightSource> {
  const map = new Map<string, WeightSource>();
  const whole = (name: string, tensor: string, layout: Layout = 'outIn') =>
    map.set(name, { tensors: [tensor], layout, slice: null });
  const linear = (name: string, tensor: string, bias: boolean) => {
    whole(`${name}.weight`, `${tensor}.weight`);
    if (bias) whole(`${name}.bias`, `${tensor}.bias`);
  };
  whole('embedding.tokens.weight', 'model.embed_tokens.weight', 'inOut');
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `model.layers.${block}`];
    whole(`${own}.attention.norm.gain`, `${file}.input_layernorm.weight`);
    for (const [part, tensor] of Object.entries({
      query: 'q_proj',
      key: 'k_proj',
      value: 'v_proj',
      output: 'o_proj',
    })) {
      linear(`${own}.attention.${part}`, `${file}.self_attn.${tensor}`, attentionBias);
    }
    whole(`${own}.ffn.norm.gain`, `${file}.post_attention_layernorm.weight`);
    for (const [part, tensor] of Object.entries({ gate: 'gate_proj', up: 'up_proj', down: 'down_proj' })) {
      linear(`${own}.ffn.${part}`, `${file}.mlp.${tensor}`, ffnBias);
    }
  }
  whole('final.norm.gain', 'model.norm.weight');
  if (ownHead) whole('head.weight', 'lm_head.weight');
  return map;
}
