// GPT-J: attention and FFN side by side behind one LayerNorm, rotary positions on neighbouring channels, no biases in the attention, one on the
// head.

import * as v from 'valibot';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, positive, share, size } from './fields';
import { plainRotary } from './rotary';
import { collectSources } from './sources';

const config = v.object({
  n_embd: size.dModel,
  n_layer: size.blocks,
  n_head: size.heads,
  n_positions: v.optional(size.context, 2048),
  n_inner: v.nullish(size.dFfn),
  rotary_dim: v.optional(size.dModel, 64),
  vocab_size: size.vocab,
  layer_norm_epsilon: v.optional(positive, 1e-5),
  activation_function: v.optional(activation, 'gelu_new'),
});

export const gptj = defineFamily({
  name: 'GPT-J',
  modelTypes: ['gptj'],
  config,
  spec(config) {
    const { n_embd: dModel, n_head: heads, n_layer: blocks } = config;
    const dHead = share(dModel, heads, 'n_embd', 'n_head');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_epsilon };
    const turned = plainRotary(config.rotary_dim, dHead, 10_000);
    const block: BlockSpec = {
      style: 'shared',
      norm,
      attention: {
        heads,
        kvHeads: heads,
        dHead,
        scale: dHead ** -0.5,
        rotary: { ...turned, pairs: 'neighbours' },
      },
      ffn: { kind: 'plain', channels: config.n_inner ?? 4 * dModel, activation: config.activation_function },
    };
    return {
      family: 'GPT-J',
      dModel,
      vocab: config.vocab_size,
      contextLength: config.n_positions,
      causal: true,
      embeddingScale: 1,
      blocks: Array.from({ length: blocks }, () => block),
      finalNorm: norm,
      weights: weightMap(blocks),
    };
  },
});

function weightMap(blocks: number): WeightMap {
  const sources = collectSources({ prefixes: [''], layout: 'outIn' });
  sources.array('embedding.tokens.weight', 'transformer.wte.weight', { layout: 'inOut' });
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `transformer.h.${block}`];
    sources.layerNorm(`${own}.norm`, `${file}.ln_1`);
    for (const [part, tensor] of Object.entries({ query: 'q', key: 'k', value: 'v', output: 'out' })) {
      sources.linear(`${own}.attention.${part}`, `${file}.attn.${tensor}_proj`, false);
    }
    sources.linear(`${own}.ffn.up`, `${file}.mlp.fc_in`, true);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.fc_out`, true);
  }
  sources.layerNorm('final.norm', 'transformer.ln_f');
  sources.linear('head', 'lm_head', true);
  return sources.map;
}
