// Qwen 2 and 2.5: Llama's layout with biases on q, k and v. Some blocks may have a sliding window: from `max_window_layers` on, or as
// `layer_types` says.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { activation, flag, size } from './fields';
import { llamaFields, llamaLayout } from './llamaLayout';
import { layerTypes, slidingBlocks, withWindow } from './windows';

/** Entries that Qwen 2 and 3 share; to spread into a schema. */
export const qwenWindowFields = {
  use_sliding_window: v.optional(flag, false),
  sliding_window: v.optional(v.nullable(size.context), 4096),
  max_window_layers: v.optional(v.number('It must be a number'), 28),
  layer_types: layerTypes,
};

const config = v.object({
  ...llamaFields,
  max_position_embeddings: v.optional(size.context, 32_768),
  hidden_act: v.optional(activation, 'silu'),
  ...qwenWindowFields,
});
const windowConfig = v.object({ num_hidden_layers: size.blocks, ...qwenWindowFields });

/** The window of every block; null: none. */
export function qwenWindows(config: v.InferOutput<typeof windowConfig>): (number | null)[] {
  const { use_sliding_window: used, sliding_window: window, max_window_layers: first } = config;
  return slidingBlocks(config, (block) => block >= first).map((slides) => (used && slides ? window : null));
}

export const qwen2 = defineFamily({
  name: 'Qwen2',
  modelTypes: ['qwen2'],
  config,
  spec(config, tensorNames) {
    const windows = qwenWindows(config);
    return llamaLayout(
      {
        family: 'Qwen2',
        config,
        contextLength: config.max_position_embeddings,
        activation: config.hidden_act,
        attentionBiases: ['query', 'key', 'value'],
        ffnBias: false,
        fused: false,
        embeddingScale: 1,
        gainPlus: 0,
        attentionOf: (block) => withWindow(windows[block]),
      },
      tensorNames,
    );
  },
});
