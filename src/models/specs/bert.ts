// BERT: with its masked-language-model head, with a classifier of sequences (the pooler's dense layer, tanh, the classes), or bare.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { bertFields, bertLayout, bertNames, bertShape } from './bertLayout';

export const bert = defineFamily({
  name: 'BERT',
  modelTypes: ['bert'],
  config: v.object(bertFields),
  spec: (config, tensorNames) =>
    bertLayout(
      {
        family: 'BERT',
        shape: bertShape(config),
        prefix: 'bert.',
        names: bertNames,
        paddingToken: null,
        heads: [
          {
            kind: 'words',
            architectures: ['BertForMaskedLM', 'BertForPreTraining'],
            transform: ['cls.predictions.transform.dense'],
            activation: config.hidden_act,
            norm: 'cls.predictions.transform.LayerNorm',
            matrix: ['cls.predictions.decoder'],
            bias: ['cls.predictions.bias'],
          },
          {
            kind: 'classes',
            architectures: ['BertForSequenceClassification'],
            transform: ['bert.pooler.dense', 'pooler.dense'],
            activation: 'tanh',
            norm: null,
            matrix: ['classifier'],
            bias: [],
          },
        ],
        headless: ['BertModel'],
      },
      tensorNames,
    ),
});
