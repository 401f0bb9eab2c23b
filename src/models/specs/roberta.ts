// RoBERTa: BERT's layout with positions counted from the row after the padding token's id. Its masked-language-model head has the erf GELU, its
// classifier of sequences tanh, whatever the blocks have.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { bertFields, bertLayout, bertNames, bertShape } from './bertLayout';

const padding = 'It must be a token id';

export const roberta = defineFamily({
  name: 'RoBERTa',
  modelTypes: ['roberta', 'xlm-roberta'],
  config: v.object({
    ...bertFields,
    pad_token_id: v.optional(v.pipe(v.number(padding), v.integer(padding), v.minValue(0, padding)), 1),
  }),
  spec: (config, tensorNames) =>
    bertLayout(
      {
        family: 'RoBERTa',
        shape: bertShape(config),
        prefix: 'roberta.',
        names: bertNames,
        paddingToken: config.pad_token_id,
        heads: [
          {
            kind: 'words',
            architectures: ['RobertaForMaskedLM', 'XLMRobertaForMaskedLM'],
            transform: ['lm_head.dense'],
            activation: 'gelu',
            norm: 'lm_head.layer_norm',
            matrix: ['lm_head.decoder'],
            bias: ['lm_head.bias'],
          },
          {
            kind: 'classes',
            architectures: ['RobertaForSequenceClassification', 'XLMRobertaForSequenceClassification'],
            transform: ['classifier.dense'],
            activation: 'tanh',
            norm: null,
            matrix: ['classifier.out_proj'],
            bias: [],
          },
        ],
        headless: ['RobertaModel', 'XLMRobertaModel'],
      },
      tensorNames,
    ),
});
