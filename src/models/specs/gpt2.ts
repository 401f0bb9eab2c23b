// GPT-2 and what has its layout (DistilGPT-2): pre-norm, LayerNorm, learned positions, plain FFN. Conv1D weights lie as [in, out]; q, k and v
// are columns of one matrix. Published files may lack the `transformer.` prefix.

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, flag, positive, refuse, share, size } from './fields';
import { collectSources } from './sources';

const config = v.object({
  n_embd: size.dModel,
  n_layer: size.blocks,
  n_head: size.heads,
  n_positions: v.optional(size.context, 1024),
  n_inner: v.nullish(size.dFfn),
  vocab_size: size.vocab,
  layer_norm_epsilon: v.optional(positive, 1e-5),
  activation_function: v.optional(activation, 'gelu_new'),
  scale_attn_weights: v.optional(flag, true),
  scale_attn_by_inverse_layer_idx: v.optional(flag, false),
  add_cross_attention: v.optional(flag, false),
});

export const gpt2 = defineFamily({
  name: 'GPT-2',
  modelTypes: ['gpt2'],
  config,
  spec(config, tensorNames) {
    refuse(
      config.add_cross_attention,
      'add_cross_attention is true; only models that read nothing but their prompt are supported',
    );
    const { n_embd: dModel, n_head: heads } = config;
    const dHead = share(dModel, heads, 'n_embd', 'n_head');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_epsilon };
    const scale = config.scale_attn_weights ? dHead ** -0.5 : 1;
    const blocks = Array.from({ length: config.n_layer }, (_, block): BlockSpec => {
      const depth = config.scale_attn_by_inverse_layer_idx ? block + 1 : 1;
      return {
        style: 'pre',
        norm,
        attention: { heads, kvHeads: heads, dHead, scale: scale / depth, rotary: null },
        ffn: { kind: 'plain', channels: config.n_inner ?? 4 * dModel, activation: config.activation_function },
      };
    });
    return {
      family: 'GPT-2',
      dModel,
      vocab: config.vocab_size,
      contextLength: config.n_positions,
      causal: true,
      embeddingScale: 1,
      blocks,
      finalNorm: norm,
      weights: weightMap(config.n_layer, dModel, tensorNames.has('lm_head.weight')),
    };
  },
});

function weightMap(blocks: number, dModel: number, ownHead: boolean): WeightMap {
  const sources = collectSources({ prefixes: ['transformer.', ''], layout: 'inOut' });
  sources.array('embedding.tokens.weight', 'wte.weight');
  sources.array('embedding.positions.weight', 'wpe.weight');
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `h.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.ln_1`);
    for (const [index, part] of ['query', 'key', 'value'].entries()) {
      const ranges = [[index * dModel, (index + 1) * dModel]] as const;
      for (const [kind, axis] of [
        ['weight', 1],
        ['bias', 0],
      ] as const) {
        const slice = { axis, ranges, length: 3 * dModel };
        sources.array(`${own}.attention.${part}.${kind}`, `${file}.attn.c_attn.${kind}`, { slice });
      }
    }
    sources.linear(`${own}.attention.output`, `${file}.attn.c_proj`, true);
    sources.layerNorm(`${own}.ffn.norm`, `${file}.ln_2`);
    sources.linear(`${own}.ffn.up`, `${file}.mlp.c_fc`, true);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.c_proj`, true);
  }
  sources.layerNorm('final.norm', 'ln_f');
  if (ownHead) sources.array('head.weight', 'lm_head.weight', { tensors: ['lm_head.weight'], layout: 'outIn' });
  return sources.map;
}
