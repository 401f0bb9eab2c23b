// A GGUF file's metadata and tensor names → config.json and tensor names as the hub has them, so that the architecture is read by its own family
// and by nothing else. Of the architectures, those whose conversion to GGUF is undone exactly here.

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import type { GgufHeader, GgufTensor, GgufValue } from './gguf';

/** A tensor under its name on the hub. */
export interface NamedTensor {
  readonly tensor: GgufTensor;
  /**
   * Heads whose rows the conversion has reordered, or null. llama.cpp rotates neighbouring channels (0,1), (2,3), …; the hub's files pair channel i
   * with i + dHead/2. Its converter therefore stores row (head, i, half) where the hub has (head, half, i).
   */
  readonly pairedHeads: number | null;
}

export interface HubLayout {
  readonly config: Readonly<Record<string, unknown>>;
  /** Hub name → tensor. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

interface Conversion {
  readonly modelType: string;
  /** q and k are reordered (see NamedTensor). */
  readonly paired: boolean;
  readonly config: Readonly<Record<string, unknown>>;
}

/** general.architecture → how it was converted. */
const conversions: Readonly<Record<string, Conversion>> = {
  llama: { modelType: 'llama', paired: true, config: {} },
  qwen2: { modelType: 'qwen2', paired: false, config: { use_sliding_window: false } },
};

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const whole = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31));
/** One number a block; all equal in every model that is read here. */
const same = v.union([
  whole,
  v.pipe(
    v.custom<ArrayLike<number>>((value) => typeof value === 'object' && value !== null && 'length' in value),
    v.check((list) => list.length > 0 && Array.from(list).every((entry) => entry === list[0])),
    v.transform((list) => list[0]!),
    whole,
  ),
]);

const schema = v.object({
  block_count: whole,
  context_length: whole,
  embedding_length: whole,
  feed_forward_length: same,
  'attention.head_count': same,
  'attention.head_count_kv': v.optional(same),
  'attention.layer_norm_rms_epsilon': positive,
  'attention.key_length': v.optional(whole),
  'attention.value_length': v.optional(whole),
  'rope.dimension_count': v.optional(whole),
  'rope.freq_base': v.optional(positive, 10_000),
  'rope.scaling.type': v.optional(v.string(), 'none'),
  'rope.scaling.factor': v.optional(positive),
});

/** What changes the arithmetic, and is in none of the models that these families describe. */
const foreign = [
  'attention.scale',
  'attention.sliding_window',
  'embedding_scale',
  'expert_count',
  'logit_scale',
  'residual_scale',
];

/** `frequencyFactors`: numbers of the tensor rope_freqs.weight, where there is one. UserError 'bad-model' or 'unsupported-model'. */
export function hubLayout(
  { metadata, tensors }: Pick<GgufHeader, 'metadata' | 'tensors'>,
  name: string,
  frequencyFactors: ArrayLike<number> | null,
): HubLayout {
  const refuse = (why: string) => new UserError('unsupported-model', `${name} cannot be read: ${why}.`);
  if (!metadata.has('general.architecture') && metadata.size === 0) throw refuse('it has no metadata');
  const splits = metadata.get('split.count');
  if (typeof splits === 'number' && splits > 1) throw splitRefusal(name, splits);
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') throw broken(name, 'general.architecture is missing');
  const conversion = Object.hasOwn(conversions, architecture) ? conversions[architecture]! : null;
  if (conversion === null) {
    const known = Object.keys(conversions).join(', ');
    throw refuse(
      `its architecture is "${architecture.slice(0, 60)}", and of GGUF files ${known} are read; take the model in safetensors files`,
    );
  }
  const own = (key: string): GgufValue | undefined => metadata.get(`${architecture}.${key}`);
  for (const key of foreign) {
    const value = own(key);
    if (value !== undefined && value !== 0) throw refuse(`it sets ${architecture}.${key}, which is not known here`);
  }
  const entries = Object.fromEntries(Object.keys(schema.entries).map((key) => [key, own(key)]));
  const parsed = v.safeParse(schema, entries, { abortEarly: true });
  if (!parsed.success) {
    const key = `${architecture}.${v.getDotPath(parsed.issues[0]) ?? ''}`;
    throw broken(name, `${key} is missing or not usable`);
  }
  const read = parsed.output;
  const heads = read['attention.head_count'];
  const dHead = read['attention.key_length'] ?? read.embedding_length / heads;
  if (!Number.isInteger(dHead) || dHead % 2 !== 0) throw broken(name, `heads of ${dHead} channels cannot be rotated`);
  if ((read['attention.value_length'] ?? dHead) !== dHead) throw refuse('its keys and values differ in length');
  if ((read['rope.dimension_count'] ?? dHead) !== dHead) throw refuse('it rotates a part of the channels only');

  const embedding = tensors.get('token_embd.weight');
  if (embedding?.shape.length !== 2) throw broken(name, 'it has no matrix token_embd.weight');
  const found = renamed(
    tensors,
    conversion.paired ? { heads, kvHeads: read['attention.head_count_kv'] ?? heads } : null,
  );
  const config = {
    ...conversion.config,
    model_type: conversion.modelType,
    hidden_size: read.embedding_length,
    intermediate_size: read.feed_forward_length,
    num_hidden_layers: read.block_count,
    num_attention_heads: heads,
    num_key_value_heads: read['attention.head_count_kv'] ?? heads,
    head_dim: dHead,
    vocab_size: embedding.shape[0],
    rms_norm_eps: rounded(read['attention.layer_norm_rms_epsilon']),
    max_position_embeddings: read.context_length,
    rope_parameters: { rope_theta: read['rope.freq_base'], ...scaling() },
    tie_word_embeddings: !found.has('lm_head.weight'),
    attention_bias: found.has('model.layers.0.self_attn.q_proj.bias'),
    mlp_bias: found.has('model.layers.0.mlp.gate_proj.bias'),
  };
  return { config, tensors: found };

  function scaling(): Record<string, unknown> {
    const type = read['rope.scaling.type'];
    if (frequencyFactors !== null) return { rope_type: 'factors', factors: Array.from(frequencyFactors) };
    if (type === 'none') return { rope_type: 'default' };
    if (type !== 'linear') throw refuse(`its rotary positions are stretched by "${type.slice(0, 40)}"`);
    return { rope_type: 'linear', factor: read['rope.scaling.factor'] };
  }
}

/** Stored as float32 of a decimal such as 1e-5: that decimal is meant, and the original computes with it. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

const blockParts: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};
const others: Readonly<Record<string, string>> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
};

function renamed(
  tensors: ReadonlyMap<string, GgufTensor>,
  paired: { readonly heads: number; readonly kvHeads: number } | null,
): Map<string, NamedTensor> {
  const found = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    const [, block, part = '', kind] = /^blk\.(\d+)\.([a-z_]+)\.(weight|bias)$/.exec(name) ?? [];
    const hubPart = Object.hasOwn(blockParts, part) ? blockParts[part] : undefined;
    const other = Object.hasOwn(others, name) ? others[name] : undefined;
    // What has no name on the hub keeps its own: unused tensors are listed under it.
    const hubName = hubPart === undefined ? (other ?? name) : `model.layers.${block}.${hubPart}.${kind}`;
    const reordered = part === 'attn_q' ? paired?.heads : part === 'attn_k' ? paired?.kvHeads : undefined;
    found.set(hubName, { tensor, pairedHeads: reordered ?? null });
  }
  return found;
}

export function splitRefusal(name: string, parts: number | null): UserError {
  const which = parts === null ? 'one part of a split GGUF file' : `one of ${parts} parts of a split GGUF file`;
  return new UserError(
    'unsupported-model',
    `${name} is ${which}, which are not read: join the parts with llama.cpp's gguf-split --merge first.`,
  );
}

function broken(name: string, what: string): UserError {
  return new UserError('bad-model', `${name} cannot be used: ${what}.`);
}

/** Rows (head, i, half) of `bytes` back to (head, half, i); see NamedTensor. UserError-free: the shape was checked. */
export function unpairRows(bytes: Uint8Array, rows: number, heads: number): Uint8Array {
  const rowBytes = bytes.byteLength / rows;
  const pairs = rows / heads / 2;
  const out = new Uint8Array(bytes.byteLength);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / (2 * pairs));
    const [pair, second] = [Math.floor((row % (2 * pairs)) / 2), row % 2];
    const to = head * 2 * pairs + second * pairs + pair;
    out.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return out;
}
