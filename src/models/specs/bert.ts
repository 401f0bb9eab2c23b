// BERT with its masked-language-model head.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { bertFields, bertLayout } from './bertLayout';

export const bert = defineFamily({
  name: 'BERT',
  modelTypes: ['bert'],
  config: v.object(bertFields),
  spec: (config, tensorNames) =>
    bertLayout(
      {
        family: 'BERT',
        config,
        architectures: ['BertForMaskedLM', 'BertForPreTraining'],
        prefix: 'bert.',
        paddingToken: null,
        head: {
          activation: config.hidden_act,
          transform: 'cls.predictions.transform.dense',
          norm: 'cls.predictions.transform.LayerNorm',
          weight: ['cls.predictions.decoder.weight'],
          bias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
        },
      },
      tensorNames,
    ),
});
