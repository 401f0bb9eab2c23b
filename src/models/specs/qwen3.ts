// Qwen 3: Llama's layout with norms on q and k, heads of their own width, and windows as in Qwen 2.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, size } from './fields';
import { allAttentionParts, llamaFields, llamaLayout } from './llamaLayout';
import { qwenWindowFields, qwenWindows } from './qwen2';
import { withWindow } from './windows';

const config = v.object({
  ...llamaFields,
  head_dim: v.optional(size.dModel, 128),
  max_position_embeddings: v.optional(size.context, 32_768),
  hidden_act: v.optional(activation, 'silu'),
  attention_bias: v.optional(flag, false),
  ...qwenWindowFields,
});

export const qwen3 = defineFamily({
  name: 'Qwen3',
  modelTypes: ['qwen3'],
  config,
  spec(config, tensorNames) {
    const windows = qwenWindows(config);
    return llamaLayout(
      {
        family: 'Qwen3',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_act,
        attentionBiases: config.attention_bias ? allAttentionParts : [],
        ffnBias: false,
        fused: false,
        embeddingScale: 1,
        gainPlus: 0,
        attentionOf: (block) => ({ headNormEps: config.rms_norm_eps, ...withWindow(windows[block]) }),
      },
      tensorNames,
    );
  },
});
