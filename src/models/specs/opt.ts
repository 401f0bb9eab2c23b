// OPT: LayerNorm with a fixed eps, ReLU, biases everywhere, learned positions whose first two rows no prompt uses. Norms stand before the
// sublayers, or as in OPT-350m after them, without a final one; there token embeddings are narrower and projected in and out. Published files may
// lack the `model.` prefix.

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, flag, refuse, share, size } from './fields';
import { collectSources, rowsOf } from './sources';

const config = v.object({
  hidden_size: size.dModel,
  ffn_dim: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 2048),
  activation_function: v.optional(activation, 'relu'),
  enable_bias: v.optional(flag, true),
  do_layer_norm_before: v.optional(flag, true),
  word_embed_proj_dim: v.nullish(size.dModel),
  layer_norm_elementwise_affine: v.optional(flag, true),
  _remove_final_layer_norm: v.optional(flag, false),
});
type Config = v.InferOutput<typeof config>;

const norm: NormSpec = { kind: 'layer', eps: 1e-5 };
const unusedPositions = 2;

export const opt = defineFamily({
  name: 'OPT',
  modelTypes: ['opt'],
  config,
  spec(config, tensorNames) {
    const { hidden_size: dModel, num_attention_heads: heads } = config;
    refuse(
      !config.layer_norm_elementwise_affine,
      'layer_norm_elementwise_affine is false; only norms with gains are supported',
    );
    const width = config.word_embed_proj_dim ?? dModel;
    const finalNorm = config.do_layer_norm_before && !config._remove_final_layer_norm ? norm : null;
    const dHead = share(dModel, heads, 'hidden_size', 'num_attention_heads');
    const block: BlockSpec = {
      style: config.do_layer_norm_before ? 'pre' : 'post',
      norm,
      attention: { heads, kvHeads: heads, dHead, scale: dHead ** -0.5, rotary: null },
      ffn: { kind: 'plain', channels: config.ffn_dim, activation: config.activation_function },
    };
    return {
      family: 'OPT',
      dModel,
      vocab: config.vocab_size,
      contextLength: config.max_position_embeddings,
      causal: true,
      embeddingScale: 1,
      ...(width === dModel ? {} : { embeddingProjection: { width, place: 'tokens' } }),
      blocks: Array.from({ length: config.num_hidden_layers }, () => block),
      finalNorm,
      weights: weightMap(config, finalNorm !== null, tensorNames.has('lm_head.weight')),
    };
  },
});

function weightMap(config: Config, finalNorm: boolean, ownHead: boolean): WeightMap {
  const { num_hidden_layers: blocks, enable_bias: bias, hidden_size: dModel } = config;
  const sources = collectSources({ prefixes: ['model.decoder.', 'decoder.'], layout: 'outIn' });
  const rows = config.max_position_embeddings + unusedPositions;
  sources.array('embedding.tokens.weight', 'embed_tokens.weight', { layout: 'inOut' });
  sources.array('embedding.positions.weight', 'embed_positions.weight', {
    layout: 'inOut',
    slice: rowsOf(rows, [unusedPositions, rows]),
  });
  if ((config.word_embed_proj_dim ?? dModel) !== dModel) {
    sources.linear('embedding.project', 'project_in', false);
    sources.linear('head.project', 'project_out', false);
  }
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `layers.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.self_attn_layer_norm`);
    for (const [part, tensor] of Object.entries({ query: 'q', key: 'k', value: 'v', output: 'out' })) {
      sources.linear(`${own}.attention.${part}`, `${file}.self_attn.${tensor}_proj`, bias);
    }
    sources.layerNorm(`${own}.ffn.norm`, `${file}.final_layer_norm`);
    sources.linear(`${own}.ffn.up`, `${file}.fc1`, bias);
    sources.linear(`${own}.ffn.down`, `${file}.fc2`, bias);
  }
  if (finalNorm) sources.layerNorm('final.norm', 'final_layer_norm');
  if (ownHead) sources.array('head.weight', 'lm_head.weight', { tensors: ['lm_head.weight'] });
  return sources.map;
}
