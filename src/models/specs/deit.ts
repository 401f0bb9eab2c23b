// DeiT: ViT with a distillation token after the class token. Its logits come from the class token, or are the mean of two heads, one on each.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { positive, size } from './fields';
import { classTokenHead, type ImageHead, vitFields, vitLayout, vitNames } from './vitLayout';

const withTeacher: ImageHead = {
  architectures: ['DeiTForImageClassificationWithTeacher'],
  reads: [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
  ],
  combine: 'mean',
  mark: 'distillation_classifier.weight',
  collect(sources) {
    sources.linear('head.0', 'cls_classifier', true);
    sources.linear('head.1', 'distillation_classifier', true);
  },
};

export const deit = defineFamily({
  name: 'DeiT',
  modelTypes: ['deit'],
  config: v.object({
    ...vitFields,
    intermediate_size: size.dFfn,
    layer_norm_eps: v.optional(positive, 1e-12),
  }),
  spec: (config, tensorNames) =>
    vitLayout(
      {
        family: 'DeiT',
        config,
        dFfn: config.intermediate_size,
        eps: config.layer_norm_eps,
        prefix: 'deit.',
        names: vitNames,
        distillation: true,
        heads: [withTeacher, classTokenHead('DeiTForImageClassification')],
        headless: ['DeiTModel'],
      },
      tensorNames,
    ),
});
