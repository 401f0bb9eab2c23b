// Gemma 3, text alone: Gemma 2's layout with norms on q and k, mostly windowed blocks, and rotary positions of two kinds: one for blocks with a
// window (`sliding_attention`, or `rope_local_base_freq`), one for those without (`full_attention`, or `rope_theta` and `rope_scaling`).

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, positive, size } from './fields';
import { refuseBidirectional } from './gemma';
import { allAttentionParts, llamaFields, llamaLayout } from './llamaLayout';
import { rotary, rotaryContext, rotaryParameters } from './rotary';
import { layerTypes, slidingBlocks, withWindow } from './windows';

const config = v.object({
  ...llamaFields,
  head_dim: v.optional(size.dModel, 256),
  max_position_embeddings: v.optional(size.context, 131_072),
  hidden_activation: v.nullish(activation, 'gelu_pytorch_tanh'),
  attention_bias: v.optional(flag, false),
  query_pre_attn_scalar: v.optional(positive, 256),
  sliding_window: v.optional(v.nullable(size.context), 4096),
  sliding_window_pattern: v.optional(size.blocks, 6),
  layer_types: layerTypes,
  rope_parameters: v.nullish(v.object({ full_attention: rotaryParameters, sliding_attention: rotaryParameters })),
  rope_local_base_freq: v.optional(positive, 10_000),
  attn_logit_softcapping: v.nullish(positive),
  final_logit_softcapping: v.nullish(positive),
  use_bidirectional_attention: v.nullish(flag, false),
});

export const gemma3 = defineFamily({
  name: 'Gemma 3',
  modelTypes: ['gemma3_text'],
  config,
  spec({ rope_parameters: kinds, ...config }, tensorNames) {
    refuseBidirectional(config);
    const sliding = slidingBlocks(config, (block) => (block + 1) % config.sliding_window_pattern !== 0);
    const { attn_logit_softcapping: softCap, final_logit_softcapping: logitSoftCap, head_dim: dHead } = config;
    const full = { rope_theta: config.rope_theta, rope_scaling: config.rope_scaling };
    const far = { ...config, ...full, rope_parameters: kinds?.full_attention };
    const everywhere = rotary(far, dHead, 1e6);
    const local = { rope_theta: config.rope_local_base_freq, rope_scaling: null };
    const nearby = rotary({ ...config, ...local, rope_parameters: kinds?.sliding_attention }, dHead);
    return llamaLayout(
      {
        family: 'Gemma 3',
        config,
        contextLength: rotaryContext(far, config.max_position_embeddings),
        activation: config.hidden_activation,
        attentionBiases: config.attention_bias ? allAttentionParts : [],
        ffnBias: false,
        fused: false,
        embeddingScale: Math.sqrt(config.hidden_size),
        gainPlus: 1,
        sandwich: true,
        attentionOf: (block) => ({
          scale: config.query_pre_attn_scalar ** -0.5,
          rotary: sliding[block] ? nearby : everywhere,
          headNormEps: config.rms_norm_eps,
          ...(softCap == null ? {} : { softCap }),
          ...withWindow(sliding[block] ? config.sliding_window : null),
        }),
        logitSoftCap: logitSoftCap ?? null,
      },
      tensorNames,
    );
  },
});
