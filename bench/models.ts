// Models of the benches: random ones in memory, for widths that no small file has. How long the
// work takes does not depend on the weights; that it comes out right is checked, and for that they are lively.

import { compile } from '../src/models/compile';
import { specOf } from '../src/models/specs';
import { type Program, type WeightName, weightShape, weightsOf } from '../src/program/program';
import { heldWeights, type WeightReader } from '../src/program/weightReader';
import { randomArray, seededRandom } from '../src/tensor/random';
import { sizeOf } from '../src/tensor/shape';

export interface BenchModel {
  readonly program: Program;
  readonly weights: WeightReader;
}

export interface RandomModel {
  readonly blocks: number;
  readonly dModel: number;
  readonly heads: number;
  readonly context: number;
  readonly vocab: number;
}

/** A decoder of GPT-2's layout. Rows of a matrix keep the variance of their input, gains lie around 1, biases around 0. */
export function randomGpt2({ blocks, dModel, heads, context, vocab }: RandomModel, seed: number): BenchModel {
  const config = {
    model_type: 'gpt2',
    n_layer: blocks,
    n_embd: dModel,
    n_head: heads,
    n_positions: context,
    vocab_size: vocab,
  };
  const program = compile(specOf(config, new Set()));
  const random = seededRandom(seed);
  const weights = new Map<WeightName, Float32Array>();
  for (const ref of weightsOf(program)) {
    const matrix = 'inputs' in ref && !ref.name.startsWith('embedding.');
    const data = randomArray(sizeOf(weightShape(ref)), random, matrix ? Math.sqrt(3 / ref.inputs) : 0.2);
    weights.set(ref.name, ref.name.endsWith('.gain') ? data.map((value) => 1 + value) : data);
  }
  return { program, weights: heldWeights(weights) };
}
