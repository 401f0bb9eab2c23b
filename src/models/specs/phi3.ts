// Phi-3: Llama's layout with q, k, v in one tensor and gate, up in another. It may have a sliding window on
// every block.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, positive, size } from './fields';
import { llamaFields, llamaLayout } from './llamaLayout';
import { withWindow } from './windows';

const config = v.object({
  ...llamaFields,
  max_position_embeddings: v.optional(size.context, 4096),
  rms_norm_eps: v.optional(positive, 1e-5),
  hidden_act: v.optional(activation, 'silu'),
  sliding_window: v.nullish(size.context, null),
});

export const phi3 = defineFamily({
  name: 'Phi-3',
  modelTypes: ['phi3'],
  config,
  spec: (config, tensorNames) =>
    llamaLayout(
      {
        family: 'Phi-3',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_act,
        attentionBiases: [],
        ffnBias: false,
        fused: true,
        embeddingScale: 1,
        gainPlus: 0,
        attentionOf: () => withWindow(config.sliding_window),
      },
      tensorNames,
    ),
});
