// DINOv2: ViT with LayerScale. Its classifier reads the class token and the mean of the patches, side by side in one matrix. The image has the
// size of config.json: positions are not interpolated for another.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { flag, limits, positive, refuse } from './fields';
import { rowsOf } from './sources';
import { type ImageHead, type LayerNames, vitFields, vitLayout } from './vitLayout';

const names: LayerNames = {
  attentionNorm: 'norm1',
  ffnNorm: 'norm2',
  up: 'mlp.fc1',
  down: 'mlp.fc2',
  scales: ['layer_scale1.lambda1', 'layer_scale2.lambda1'],
};

/** `classifier` [class, (class token, mean of patches)]. */
const classAndPatches = (dModel: number): ImageHead => ({
  architectures: ['Dinov2ForImageClassification'],
  reads: [
    { from: 0, to: 1 },
    { from: 1, to: null },
  ],
  combine: 'sum',
  mark: 'classifier.weight',
  collect(sources) {
    for (const part of [0, 1]) {
      const slice = { ...rowsOf(2 * dModel, [part * dModel, (part + 1) * dModel]), axis: 1 } as const;
      sources.array(`head.${part}.weight`, 'classifier.weight', { slice });
    }
    sources.array('head.0.bias', 'classifier.bias');
  },
});

const ratio = v.pipe(positive, v.maxValue(64, 'It must be at most 64'));

export const dinov2 = defineFamily({
  name: 'DINOv2',
  modelTypes: ['dinov2'],
  config: v.object({
    ...vitFields,
    mlp_ratio: v.optional(ratio, 4),
    layer_norm_eps: v.optional(positive, 1e-6),
    use_swiglu_ffn: v.optional(flag, false),
  }),
  spec(config, tensorNames) {
    refuse(config.use_swiglu_ffn, 'use_swiglu_ffn is true; DINOv2 is supported with its plain feed-forward layer only');
    const dFfn = Math.trunc(config.hidden_size * config.mlp_ratio);
    refuse(
      dFfn < 1 || dFfn > limits.dFfn,
      `mlp_ratio (${config.mlp_ratio}) gives a feed-forward layer of ${dFfn} channels`,
    );
    return vitLayout(
      {
        family: 'DINOv2',
        config,
        dFfn,
        eps: config.layer_norm_eps,
        prefix: 'dinov2.',
        names,
        distillation: false,
        heads: [classAndPatches(config.hidden_size)],
        headless: ['Dinov2Model', 'Dinov2Backbone'],
      },
      tensorNames,
    );
  },
});
