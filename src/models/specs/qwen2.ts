// Qwen 2 and 2.5: Llama's layout with biases on q, k and v. Some layers may have a sliding window; prompts stay within it (see mistral.ts).

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, size, withinWindow } from './fields';
import { llamaFields, llamaLayout } from './llamaLayout';

const config = v.object({
  ...llamaFields,
  max_position_embeddings: v.optional(size.context, 32_768),
  hidden_act: v.optional(activation, 'silu'),
  use_sliding_window: v.optional(flag, false),
  sliding_window: v.optional(v.nullable(size.context), 4096),
  max_window_layers: v.optional(v.number('It must be a number'), 28),
  layer_types: v.nullish(v.array(v.string('It must name a type of attention'), 'It must be a list')),
});

export const qwen2 = defineFamily({
  name: 'Qwen2',
  modelTypes: ['qwen2'],
  config,
  spec(config, tensorNames) {
    const windowed =
      config.layer_types?.includes('sliding_attention') ?? config.num_hidden_layers > config.max_window_layers;
    const window = config.use_sliding_window && windowed ? config.sliding_window : null;
    return llamaLayout(
      {
        family: 'Qwen2',
        config,
        contextLength: withinWindow(config.max_position_embeddings, window),
        activation: config.hidden_act,
        attentionBiases: ['query', 'key', 'value'],
        ffnBias: false,
        fused: false,
        embeddingScale: 1,
        gainPlus: 0,
      },
      tensorNames,
    );
  },
});
