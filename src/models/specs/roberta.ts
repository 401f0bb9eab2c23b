// RoBERTa with its masked-language-model head: BERT's layout with positions counted from the row after the padding token's id. Its head has the
// erf GELU, whatever the blocks have.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { bertFields, bertLayout } from './bertLayout';

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
        config,
        architectures: ['RobertaForMaskedLM', 'XLMRobertaForMaskedLM'],
        prefix: 'roberta.',
        paddingToken: config.pad_token_id,
        head: {
          activation: 'gelu',
          transform: 'lm_head.dense',
          norm: 'lm_head.layer_norm',
          weight: ['lm_head.decoder.weight'],
          bias: ['lm_head.bias', 'lm_head.decoder.bias'],
        },
      },
      tensorNames,
    ),
});
