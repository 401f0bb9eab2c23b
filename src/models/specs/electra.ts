// ELECTRA: BERT's layout with embeddings that may be narrower than the model; then a matrix takes them to its width, and the generator's head
// takes y back to theirs before the tied vocabulary. Both heads have the erf GELU. The discriminator's own head (was this token replaced?) is
// not read: such a model is a bare encoder here.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { bertFields, bertLayout, bertNames, bertShape } from './bertLayout';
import { size } from './fields';

export const electra = defineFamily({
  name: 'ELECTRA',
  modelTypes: ['electra'],
  config: v.object({ ...bertFields, embedding_size: v.optional(size.dModel, 128) }),
  spec: (config, tensorNames) =>
    bertLayout(
      {
        family: 'ELECTRA',
        shape: { ...bertShape(config), embeddingChannels: config.embedding_size },
        prefix: 'electra.',
        names: bertNames,
        paddingToken: null,
        heads: [
          {
            kind: 'words',
            architectures: ['ElectraForMaskedLM'],
            transform: ['generator_predictions.dense'],
            activation: 'gelu',
            norm: 'generator_predictions.LayerNorm',
            matrix: ['generator_lm_head'],
            bias: [],
            channels: config.embedding_size,
          },
          {
            kind: 'classes',
            architectures: ['ElectraForSequenceClassification'],
            transform: ['classifier.dense'],
            activation: 'gelu',
            norm: null,
            matrix: ['classifier.out_proj'],
            bias: [],
          },
        ],
        headless: ['ElectraModel', 'ElectraForPreTraining'],
      },
      tensorNames,
    ),
});
