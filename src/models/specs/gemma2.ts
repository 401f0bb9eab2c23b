// Gemma 2: Gemma with norms before and after each sublayer, soft caps on attention scores and logits, a score scale of its own, and a sliding
// window on every second block, from the first on.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, positive, size } from './fields';
import { refuseBidirectional } from './gemma';
import { allAttentionParts, llamaFields, llamaLayout } from './llamaLayout';
import { layerTypes, slidingBlocks, withWindow } from './windows';

const config = v.object({
  ...llamaFields,
  head_dim: v.optional(size.dModel, 256),
  max_position_embeddings: v.optional(size.context, 8192),
  hidden_activation: v.nullish(activation, 'gelu_pytorch_tanh'),
  attention_bias: v.optional(flag, false),
  query_pre_attn_scalar: v.optional(positive, 256),
  sliding_window: v.optional(v.nullable(size.context), 4096),
  layer_types: layerTypes,
  attn_logit_softcapping: v.optional(v.nullable(positive), 50),
  final_logit_softcapping: v.optional(v.nullable(positive), 30),
  use_bidirectional_attention: v.nullish(flag, false),
});

export const gemma2 = defineFamily({
  name: 'Gemma 2',
  modelTypes: ['gemma2'],
  config,
  spec(config, tensorNames) {
    refuseBidirectional(config);
    const sliding = slidingBlocks(config, (block) => block % 2 === 0);
    const { attn_logit_softcapping: softCap, final_logit_softcapping: logitSoftCap } = config;
    return llamaLayout(
      {
        family: 'Gemma 2',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_activation,
        attentionBiases: config.attention_bias ? allAttentionParts : [],
        ffnBias: false,
        fused: false,
        embeddingScale: Math.sqrt(config.hidden_size),
        gainPlus: 1,
        sandwich: true,
        attentionOf: (block) => ({
          scale: config.query_pre_attn_scalar ** -0.5,
          ...(softCap === null ? {} : { softCap }),
          ...withWindow(sliding[block] ? config.sliding_window : null),
        }),
        logitSoftCap,
      },
      tensorNames,
    );
  },
});
