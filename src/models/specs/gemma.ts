// Gemma 1: Llama's layout with token embeddings times √hidden_size, gains stored as their difference from 1, and GeGLU. Its tanh GELU is
// called "gelu" in `hidden_act` of early configurations; the later entry `hidden_activation` means what it says.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, refuse, size } from './fields';
import { allAttentionParts, llamaFields, llamaLayout } from './llamaLayout';

const config = v.object({
  ...llamaFields,
  head_dim: v.optional(size.dModel, 256),
  max_position_embeddings: v.optional(size.context, 8192),
  hidden_act: v.nullish(activation, 'gelu_pytorch_tanh'),
  hidden_activation: v.nullish(activation),
  attention_bias: v.optional(flag, false),
  use_bidirectional_attention: v.nullish(flag, false),
});

export const gemma = defineFamily({
  name: 'Gemma',
  modelTypes: ['gemma'],
  config,
  spec(config, tensorNames) {
    refuseBidirectional(config);
    const early = config.hidden_act === 'gelu' ? 'gelu_new' : config.hidden_act;
    return llamaLayout(
      {
        family: 'Gemma',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_activation ?? early,
        attentionBiases: config.attention_bias ? allAttentionParts : [],
        ffnBias: false,
        fused: false,
        embeddingScale: Math.sqrt(config.hidden_size),
        gainPlus: 1,
      },
      tensorNames,
    );
  },
});

/** Of all Gemmas: UserError 'unsupported-model' where attention goes both ways. */
export function refuseBidirectional(config: { readonly use_bidirectional_attention: boolean }): void {
  refuse(config.use_bidirectional_attention, 'use_bidirectional_attention is true; only causal attention is supported');
}
