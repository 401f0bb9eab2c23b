// The layout that Llama brought and many families share: pre-norm, RMSNorm, rotary positions, grouped-query attention, gated FFN, matrices as
// [out, in]. A family says in data what it does differently.

import * as v from 'valibot';
import type { Activation } from '../../program/backend';
import type { AttentionSpec, BlockSpec, ModelSpec, NormSpec, Slice, WeightMap } from '../spec';
import { positive, share, size } from './fields';
import { rotary, rotaryContext, rotaryFields } from './rotary';
import { collectSources, rowsOf } from './sources';

/** Entries of config.json that all these families have; to spread into a family's schema. */
export const llamaFields = {
  hidden_size: size.dModel,
  intermediate_size: size.dFfn,
  num_hidden_layers: size.blocks,
  num_attention_heads: size.heads,
  num_key_value_heads: v.nullish(size.heads),
  head_dim: v.nullish(size.dModel),
  vocab_size: size.vocab,
  rms_norm_eps: v.optional(positive, 1e-6),
  ...rotaryFields,
};
const fields = v.object(llamaFields);

type AttentionPart = 'query' | 'key' | 'value' | 'output';

/** What differs from family to family. */
export interface LlamaLayout {
  readonly family: string;
  readonly config: v.InferOutput<typeof fields>;
  readonly contextLength: number;
  readonly activation: Activation;
  readonly attentionBiases: readonly AttentionPart[];
  readonly ffnBias: boolean;
  /** True: q, k and v are one tensor, gate and up another, one above the other. */
  readonly fused: boolean;
  readonly embeddingScale: number;
  /** What the files leave out of the norms' gains. */
  readonly gainPlus: number;
  /** True: norms before and after each sublayer. */
  readonly sandwich?: boolean;
  /** What the attention of a block has that the layout's own has not; left out: nothing. */
  readonly attentionOf?: (block: number) => Partial<AttentionSpec>;
  readonly logitSoftCap?: number | null;
}

export const allAttentionParts: readonly AttentionPart[] = ['query', 'key', 'value', 'output'];

export function llamaLayout(layout: LlamaLayout, tensorNames: ReadonlySet<string>): ModelSpec {
  const { config } = layout;
  const { hidden_size: dModel, num_attention_heads: heads, intermediate_size: channels } = config;
  const kvHeads = config.num_key_value_heads ?? heads;
  share(heads, kvHeads, 'num_attention_heads', 'num_key_value_heads');
  const dHead = config.head_dim ?? share(dModel, heads, 'hidden_size', 'num_attention_heads');
  const norm: NormSpec = { kind: 'rms', eps: config.rms_norm_eps };
  const turned = rotary({ ...config, max_position_embeddings: layout.contextLength }, dHead);
  const attention: AttentionSpec = { heads, kvHeads, dHead, scale: dHead ** -0.5, rotary: turned };
  const blocks = Array.from(
    { length: config.num_hidden_layers },
    (_, block): BlockSpec => ({
      style: layout.sandwich ? 'sandwich' : 'pre',
      norm,
      attention: { ...attention, ...layout.attentionOf?.(block) },
      ffn: { kind: 'gated', channels, activation: layout.activation },
    }),
  );
  return {
    family: layout.family,
    dModel,
    vocab: config.vocab_size,
    contextLength: rotaryContext(config, layout.contextLength),
    causal: true,
    embeddingScale: layout.embeddingScale,
    blocks,
    finalNorm: norm,
    ...(layout.logitSoftCap == null ? {} : { logitSoftCap: layout.logitSoftCap }),
    weights: weightMap(layout, blocks, tensorNames.has('lm_head.weight')),
  };
}

function weightMap(layout: LlamaLayout, blocks: readonly BlockSpec[], ownHead: boolean): WeightMap {
  const sources = collectSources({ prefixes: [''], layout: 'outIn' });
  const gain = (name: string, tensor: string) =>
    sources.array(`${name}.gain`, `${tensor}.weight`, { plus: layout.gainPlus });
  sources.array('embedding.tokens.weight', 'model.embed_tokens.weight', { layout: 'inOut' });
  for (const [block, { attention, ffn }] of blocks.entries()) {
    const [own, file] = [`blocks.${block}`, `model.layers.${block}`];
    const parts = layout.fused ? fusedParts(attention, ffn) : separateParts;
    gain(`${own}.attention.norm`, `${file}.input_layernorm`);
    for (const part of allAttentionParts) {
      const { tensor, rows } = parts[part];
      const bias = layout.attentionBiases.includes(part);
      sources.linear(`${own}.attention.${part}`, `${file}.self_attn.${tensor}`, bias, rows);
    }
    if (attention.headNormEps !== undefined) {
      gain(`${own}.attention.queryNorm`, `${file}.self_attn.q_norm`);
      gain(`${own}.attention.keyNorm`, `${file}.self_attn.k_norm`);
    }
    if (layout.sandwich) {
      gain(`${own}.attention.outputNorm`, `${file}.post_attention_layernorm`);
      gain(`${own}.ffn.norm`, `${file}.pre_feedforward_layernorm`);
      gain(`${own}.ffn.outputNorm`, `${file}.post_feedforward_layernorm`);
    } else gain(`${own}.ffn.norm`, `${file}.post_attention_layernorm`);
    for (const part of ['gate', 'up', 'down'] as const) {
      const { tensor, rows } = parts[part];
      sources.linear(`${own}.ffn.${part}`, `${file}.mlp.${tensor}`, layout.ffnBias, rows);
    }
  }
  gain('final.norm', 'model.norm');
  if (ownHead) sources.array('head.weight', 'lm_head.weight');
  return sources.map;
}

/** Which tensor a linear layer is, or which rows of it. */
type Parts = Readonly<Record<AttentionPart | 'gate' | 'up' | 'down', { tensor: string; rows: Slice | null }>>;

const whole = (tensor: string) => ({ tensor, rows: null });

const separateParts: Parts = {
  query: whole('q_proj'),
  key: whole('k_proj'),
  value: whole('v_proj'),
  output: whole('o_proj'),
  gate: whole('gate_proj'),
  up: whole('up_proj'),
  down: whole('down_proj'),
};

/** Rows of qkv_proj: all q | all k | all v; rows of gate_up_proj: gate | up. */
function fusedParts({ heads, kvHeads, dHead }: BlockSpec['attention'], { channels }: BlockSpec['ffn']): Parts {
  const [queries, keys] = [heads * dHead, kvHeads * dHead];
  const all = queries + 2 * keys;
  return {
    ...separateParts,
    query: { tensor: 'qkv_proj', rows: rowsOf(all, [0, queries]) },
    key: { tensor: 'qkv_proj', rows: rowsOf(all, [queries, queries + keys]) },
    value: { tensor: 'qkv_proj', rows: rowsOf(all, [queries + keys, all]) },
    gate: { tensor: 'gate_up_proj', rows: rowsOf(2 * channels, [0, channels]) },
    up: { tensor: 'gate_up_proj', rows: rowsOf(2 * channels, [channels, 2 * channels]) },
  };
}
