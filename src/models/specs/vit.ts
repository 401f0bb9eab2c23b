// ViT image classifiers: pre-norm, LayerNorm, attention in both directions, a [CLS] token before the patches, and a linear head that reads it.

import * as v from 'valibot';
import type { ImageShape } from '../../program/program';
import { UserError } from '../../tensor/errors';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, flag, positive, refuse, share, size } from './fields';
import { collectSources } from './sources';

const square = 'It must be one whole number; only square images and patches are supported';
const side = v.pipe(v.number(square), v.integer(square), v.minValue(1, square), v.maxValue(16_384, square));

const config = v.object({
  architectures: v.nullish(v.array(v.string('It must be a list of names'), 'It must be a list of names')),
  hidden_size: size.dModel,
  intermediate_size: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  image_size: v.optional(side, 224),
  patch_size: v.optional(side, 16),
  num_channels: v.optional(side, 3),
  layer_norm_eps: v.optional(positive, 1e-12),
  hidden_act: v.optional(activation, 'gelu'),
  qkv_bias: v.optional(flag, true),
  id2label: v.optional(v.record(v.string(), v.string('It must be the name of a class')), {
    0: 'LABEL_0',
    1: 'LABEL_1',
  }),
});
type Config = v.InferOutput<typeof config>;

const head = 'ViTForImageClassification';

export const vit = defineFamily({
  name: 'ViT',
  modelTypes: ['vit'],
  config,
  spec(config) {
    const { architectures, hidden_size: dModel, num_attention_heads: heads, id2label } = config;
    refuse(
      !!architectures?.length && !architectures.includes(head),
      `architectures is ${architectures?.join(', ')}; supported is ${head}`,
    );
    const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_eps };
    const block: BlockSpec = {
      style: 'pre',
      norm,
      attention: { heads, kvHeads: heads, dHead, scale: dHead ** -0.5, rotary: null },
      ffn: { kind: 'plain', channels: config.intermediate_size, activation: config.hidden_act },
    };
    const { image_size: side, patch_size: patch, num_channels: channels } = config;
    const tokens = 1 + share(side, patch, 'image_size', 'patch_size') ** 2;
    const labels = labelsOf(id2label);
    return {
      family: 'ViT',
      dModel,
      vocab: labels.length,
      contextLength: tokens,
      causal: false,
      image: { channels, side, patch },
      classifier: { token: 0, labels },
      embeddingScale: 1,
      blocks: Array.from({ length: config.num_hidden_layers }, () => block),
      finalNorm: norm,
      weights: weightMap(config, { channels, side, patch }, tokens),
    };
  },
});

/** Names of the classes 0, 1, …; UserError 'bad-model' when one has none. */
function labelsOf(names: Readonly<Record<string, string>>): string[] {
  return Object.keys(names).map((_, id) => {
    const name = names[id];
    if (name === undefined) throw new UserError('bad-model', `config.json: id2label names no class ${id}.`);
    return name;
  });
}

function weightMap(config: Config, { channels, patch }: ImageShape, tokens: number): WeightMap {
  const { hidden_size: dModel } = config;
  const sources = collectSources({ prefixes: ['vit.', ''], layout: 'outIn' });
  const projection = 'embeddings.patch_embeddings.projection';
  const rows = { layout: 'inOut' } as const;
  sources.array('embedding.own.weight', 'embeddings.cls_token', { ...rows, shape: [1, 1, dModel] });
  sources.array('embedding.patches.weight', `${projection}.weight`, { shape: [dModel, channels, patch, patch] });
  sources.array('embedding.patches.bias', `${projection}.bias`);
  sources.array('embedding.positions.weight', 'embeddings.position_embeddings', {
    ...rows,
    shape: [1, tokens, dModel],
  });
  for (let block = 0; block < config.num_hidden_layers; block++) {
    const [own, file] = [`blocks.${block}`, `encoder.layer.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.layernorm_before`);
    for (const part of ['query', 'key', 'value']) {
      sources.linear(`${own}.attention.${part}`, `${file}.attention.attention.${part}`, config.qkv_bias);
    }
    sources.linear(`${own}.attention.output`, `${file}.attention.output.dense`, true);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.layernorm_after`);
    sources.linear(`${own}.ffn.up`, `${file}.intermediate.dense`, true);
    sources.linear(`${own}.ffn.down`, `${file}.output.dense`, true);
  }
  sources.layerNorm('final.norm', 'layernorm');
  sources.array('head.weight', '', { tensors: ['classifier.weight'] });
  sources.array('head.bias', '', { tensors: ['classifier.bias'] });
  return sources.map;
}
