// Mistral: Llama's layout with a sliding window on every layer. A window of W tokens changes nothing in prompts of up to W tokens, so it is
// the most that a prompt may have.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, size, withinWindow } from './fields';
import { llamaFields, llamaLayout } from './llamaLayout';

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
        contextLength: withinWindow(config.max_position_embeddings, config.sliding_window),
        activation: config.hidden_act,
        attentionBiases: [],
        ffnBias: false,
        fused: false,
        embeddingScale: 1,
        gainPlus: 0,
      },
      tensorNames,
    ),
});
