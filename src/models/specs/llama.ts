// Llama 1 to 3 and what has exactly its layout (SmolLM2, TinyLlama).

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, size } from './fields';
import { allAttentionParts, llamaFields, llamaLayout } from './llamaLayout';

const config = v.object({
  ...llamaFields,
  max_position_embeddings: v.optional(size.context, 2048),
  hidden_act: v.optional(activation, 'silu'),
  attention_bias: v.optional(flag, false),
  mlp_bias: v.optional(flag, false),
});

export const llama = defineFamily({
  name: 'Llama',
  modelTypes: ['llama'],
  config,
  spec: (config, tensorNames) =>
    llamaLayout(
      {
        family: 'Llama',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_act,
        attentionBiases: config.attention_bias ? allAttentionParts : [],
        ffnBias: config.mlp_bias,
        fused: false,
        embeddingScale: 1,
        gainPlus: 0,
      },
      tensorNames,
    ),
});
