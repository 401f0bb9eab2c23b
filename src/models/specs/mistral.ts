// Mistral: Llama's layout with a sliding window on every block.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, size } from './fields';
import { llamaFields, llamaLayout } from './llamaLayout';
import { withWindow } from './windows';

const config = v.object({
  ...llamaFields,
  max_position_embeddings: v.optional(size.context, 131_072),
  hidden_act: v.optional(activation, 'silu'),
  sliding_window: v.optional(v.nullable(size.context), 4096),
});

export const mistral = defineFamily({
  name: 'Mistral',
  modelTypes: ['mistral'],
  config,
  spec: (config, tensorNames) =>
    llamaLayout(
      {
        family: 'Mistral',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_act,
        attentionBiases: [],
        ffnBias: false,
        fused: false,
        embeddingScale: 1,
        gainPlus: 0,
        attentionOf: () => withWindow(config.sliding_window),
      },
      tensorNames,
    ),
});
