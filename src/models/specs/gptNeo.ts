// GPT-Neo: GPT-2's layout with plain [out, in] matrices, scores without a scale, and blocks whose attention is local, a sliding window.

import * as v from 'valibot';
import { UserError } from '../../tensor/errors';
import { type BlockSpec, defineFamily, type NormSpec, type WeightMap } from '../spec';
import { activation, limits, positive, refuse, share, size } from './fields';
import { collectSources } from './sources';
import { withWindow } from './windows';

const kindMessage = 'It must be a list of [kinds of attention, repeats]';
const kinds = v.array(v.string(kindMessage), kindMessage);

const config = v.object({
  hidden_size: size.dModel,
  intermediate_size: v.nullish(size.dFfn),
  num_layers: size.blocks,
  num_heads: size.heads,
  vocab_size: size.vocab,
  max_position_embeddings: v.optional(size.context, 2048),
  window_size: v.optional(size.context, 256),
  attention_types: v.optional(v.array(v.tuple([kinds, size.blocks], kindMessage), kindMessage), [
    [['global', 'local'], 12],
  ]),
  layer_norm_epsilon: v.optional(positive, 1e-5),
  activation_function: v.optional(activation, 'gelu_new'),
});
type Config = v.InferOutput<typeof config>;

export const gptNeo = defineFamily({
  name: 'GPT-Neo',
  modelTypes: ['gpt_neo'],
  config,
  spec(config, tensorNames) {
    const { hidden_size: dModel, num_heads: heads } = config;
    const dHead = share(dModel, heads, 'hidden_size', 'num_heads');
    const norm: NormSpec = { kind: 'layer', eps: config.layer_norm_epsilon };
    const blocks = localBlocks(config).map(
      (local): BlockSpec => ({
        style: 'pre',
        norm,
        attention: {
          heads,
          kvHeads: heads,
          dHead,
          scale: 1,
          rotary: null,
          ...withWindow(local ? config.window_size : null),
        },
        ffn: {
          kind: 'plain',
          channels: config.intermediate_size ?? 4 * dModel,
          activation: config.activation_function,
        },
      }),
    );
    return {
      family: 'GPT-Neo',
      dModel,
      vocab: config.vocab_size,
      contextLength: config.max_position_embeddings,
      causal: true,
      embeddingScale: 1,
      blocks,
      finalNorm: norm,
      weights: weightMap(config.num_layers, tensorNames.has('lm_head.weight')),
    };
  },
});

/** True for blocks with local attention. UserError when the list names other kinds, or not as many blocks as there are. */
function localBlocks({ attention_types: types, num_layers: blocks }: Config): boolean[] {
  const named = types.reduce((sum, [kinds, repeats]) => sum + kinds.length * repeats, 0);
  if (named !== blocks || named > limits.blocks) {
    throw new UserError(
      'bad-model',
      `config.json: attention_types names ${named} blocks, but num_layers is ${blocks}.`,
    );
  }
  const all = types.flatMap(([kinds, repeats]) => Array.from({ length: repeats }, () => kinds).flat());
  const strange = all.find((kind) => kind !== 'global' && kind !== 'local');
  refuse(strange !== undefined, `attention_types has "${strange}"; supported are "global" and "local"`);
  return all.map((kind) => kind === 'local');
}

function weightMap(blocks: number, ownHead: boolean): WeightMap {
  const sources = collectSources({ prefixes: ['transformer.', ''], layout: 'outIn' });
  sources.array('embedding.tokens.weight', 'wte.weight', { layout: 'inOut' });
  sources.array('embedding.positions.weight', 'wpe.weight', { layout: 'inOut' });
  for (let block = 0; block < blocks; block++) {
    const [own, file] = [`blocks.${block}`, `h.${block}`];
    sources.layerNorm(`${own}.attention.norm`, `${file}.ln_1`);
    for (const [part, tensor] of Object.entries({ query: 'q', key: 'k', value: 'v', output: 'out' })) {
      sources.linear(`${own}.attention.${part}`, `${file}.attn.attention.${tensor}_proj`, part === 'output');
    }
    sources.layerNorm(`${own}.ffn.norm`, `${file}.ln_2`);
    sources.linear(`${own}.ffn.up`, `${file}.mlp.c_fc`, true);
    sources.linear(`${own}.ffn.down`, `${file}.mlp.c_proj`, true);
  }
  sources.layerNorm('final.norm', 'ln_f');
  if (ownHead) sources.array('head.weight', '', { tensors: ['lm_head.weight'] });
  return sources.map;
}
