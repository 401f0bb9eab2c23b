// ViT: an image classifier with one matrix on the class token, or bare.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { positive, size } from './fields';
import { classTokenHead, vitFields, vitLayout, vitNames } from './vitLayout';

export const vit = defineFamily({
  name: 'ViT',
  modelTypes: ['vit'],
  config: v.object({
    ...vitFields,
    intermediate_size: size.dFfn,
    layer_norm_eps: v.optional(positive, 1e-12),
  }),
  spec: (config, tensorNames) =>
    vitLayout(
      {
        family: 'ViT',
        config,
        dFfn: config.intermediate_size,
        eps: config.layer_norm_eps,
        prefix: 'vit.',
        names: vitNames,
        distillation: false,
        heads: [classTokenHead('ViTForImageClassification')],
        headless: ['ViTModel'],
      },
      tensorNames,
    ),
});
