// For tests: small models of several layouts with random weights, and a question about a run of one.

import { compile } from '../../models/compile';
import { specOf } from '../../models/specs';
import type { Backend } from '../../program/backend';
import { type Program, type WeightName, weightShape, weightsOf } from '../../program/program';
import { heldWeights } from '../../program/weightReader';
import { randomArray, seededRandom } from '../../tensor/random';
import { sizeOf } from '../../tensor/shape';
import type { Question } from '../questions/question';
import { createSession } from '../session';

export const families = {
  gpt2: { model_type: 'gpt2', n_layer: 3, n_embd: 8, n_head: 2, n_positions: 16, vocab_size: 11 },
  llama: {
    model_type: 'llama',
    num_hidden_layers: 3,
    hidden_size: 8,
    intermediate_size: 12,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 16,
    vocab_size: 11,
    rms_norm_eps: 1e-5,
    hidden_act: 'silu',
  },
  bert: {
    model_type: 'bert',
    architectures: ['BertForMaskedLM'],
    num_hidden_layers: 3,
    hidden_size: 8,
    intermediate_size: 12,
    num_attention_heads: 2,
    max_position_embeddings: 16,
    vocab_size: 11,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-5,
  },
  /** Parallel branches, each with a norm of its own. */
  neox: {
    model_type: 'gpt_neox',
    num_hidden_layers: 3,
    hidden_size: 8,
    intermediate_size: 20,
    num_attention_heads: 2,
    max_position_embeddings: 16,
    vocab_size: 11,
    rotary_pct: 0.5,
    use_parallel_residual: true,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-5,
  },
  /** Norms before and after each sublayer. */
  gemma2: {
    model_type: 'gemma2',
    num_hidden_layers: 3,
    hidden_size: 8,
    intermediate_size: 12,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    head_dim: 4,
    query_pre_attn_scalar: 4,
    sliding_window: 5,
    attn_logit_softcapping: 20,
    final_logit_softcapping: 10,
    max_position_embeddings: 16,
    vocab_size: 11,
    rms_norm_eps: 1e-5,
    hidden_activation: 'gelu_pytorch_tanh',
  },
} as const;

export interface SmallModel {
  readonly family: keyof typeof families;
  readonly seed: number;
  readonly tokens: number;
}

function randomWeights(program: Program, seed: number) {
  const random = seededRandom(seed);
  const weights = new Map<WeightName, Float32Array>();
  for (const ref of weightsOf(program)) {
    const data = randomArray(sizeOf(weightShape(ref)), random, 0.8);
    weights.set(ref.name, ref.name.endsWith('.gain') ? data.map((value) => 1 + value) : data);
  }
  return heldWeights(weights);
}

/** A question about a run of a small model with random weights. */
export async function askedOf({ family, seed, tokens }: SmallModel, backend: Backend) {
  const program = compile(specOf(families[family], new Set()));
  const session = await createSession(program, randomWeights(program, seed), backend);
  const random = seededRandom(seed + 1);
  const ids = Array.from({ length: tokens }, () => Math.floor(random() * program.vocab));
  const run = await session.run(ids, () => {});
  const question: Question = { session, run, options: {} };
  return { session, run, question, program };
}
