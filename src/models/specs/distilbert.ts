// DistilBERT: BERT's layout under names of its own, without segments and pooler; the norms' eps is fixed.

import * as v from 'valibot';
import { defineFamily } from '../spec';
import { bertLayout, type LayerNames } from './bertLayout';
import { activation, share, size } from './fields';
import { headFields } from './heads';

const names: LayerNames = {
  block: (index) => `transformer.layer.${index}`,
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  output: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  up: 'ffn.lin1',
  down: 'ffn.lin2',
  ffnNorm: 'output_layer_norm',
};

export const distilbert = defineFamily({
  name: 'DistilBERT',
  modelTypes: ['distilbert'],
  config: v.object({
    ...headFields,
    dim: v.optional(size.dModel, 768),
    hidden_dim: v.optional(size.dFfn, 3072),
    n_layers: v.optional(size.blocks, 6),
    n_heads: v.optional(size.heads, 12),
    vocab_size: size.vocab,
    max_position_embeddings: v.optional(size.context, 512),
    activation: v.optional(activation, 'gelu'),
  }),
  spec(config, tensorNames) {
    share(config.dim, config.n_heads, 'dim', 'n_heads');
    return bertLayout(
      {
        family: 'DistilBERT',
        shape: {
          dModel: config.dim,
          dFfn: config.hidden_dim,
          blocks: config.n_layers,
          heads: config.n_heads,
          vocab: config.vocab_size,
          positions: config.max_position_embeddings,
          segments: null,
          eps: 1e-12,
          activation: config.activation,
          architectures: config.architectures,
          id2label: config.id2label,
        },
        prefix: 'distilbert.',
        names,
        paddingToken: null,
        heads: [
          {
            kind: 'words',
            architectures: ['DistilBertForMaskedLM'],
            transform: ['vocab_transform'],
            activation: config.activation,
            norm: 'vocab_layer_norm',
            matrix: ['vocab_projector'],
            bias: [],
          },
          {
            kind: 'classes',
            architectures: ['DistilBertForSequenceClassification'],
            transform: ['pre_classifier'],
            activation: 'relu',
            norm: null,
            matrix: ['classifier'],
            bias: [],
          },
        ],
        headless: ['DistilBertModel'],
      },
      tensorNames,
    );
  },
});
