// A vocabulary of a real model's size on a device with the least limits that WebGPU promises (128 MiB a binding): one block of SmolLM2's width, a
// tied head, random weights. The second vocabulary does not fit one binding in float32.

import { describe, expect, it } from 'vitest';
import { openDevice } from '../gpu/device';
import { nodeGpu } from '../gpu/nodeGpu';
import { compile } from '../models/compile';
import { specOf } from '../models/specs';
import type { Backend } from '../program/backend';
import { type Program, weightShape, weightsOf } from '../program/program';
import type { WeightReader } from '../program/weightReader';
import { relativeError } from '../tensor/compare';
import { roundedToHalf } from '../tensor/half';
import { randomArray, seededRandom } from '../tensor/random';
import { sizeOf } from '../tensor/shape';
import { createReferenceBackend } from './backends/reference';
import { createWebGpuBackend } from './backends/webgpu';
import { rowsAtOnce } from './budget';
import { explain } from './questions/explained';
import { logitRows } from './questions/logits';
import { rowOf } from './questions/row';
import { summarise } from './runSummary';
import { createSession } from './session';

const device = await openDevice(await nodeGpu(), 'default');

/** One block, and a head that is the embedding. */
function llama(vocab: number, dModel: number, heads: number): Program {
  const sizes = { hidden_size: dModel, intermediate_size: 4 * heads, num_hidden_layers: 1, num_attention_heads: heads };
  const config = { model_type: 'llama', vocab_size: vocab, max_position_embeddings: 64, rms_norm_eps: 1e-5, ...sizes };
  return compile(specOf({ ...config, num_key_value_heads: heads / 3, tie_word_embeddings: true }, new Set()));
}

/** Made when they are taken: the same each time, and none is kept. */
function randomWeights(program: Program, rounded = false): WeightReader {
  const refs = new Map(weightsOf(program).map((ref, seed) => [ref.name, { ref, seed }]));
  return {
    names: [...refs.keys()],
    async take(name) {
      const { ref, seed } = refs.get(name)!;
      const scale = 'length' in ref ? 0.2 : Math.sqrt(3 / program.dModel);
      const some = randomArray(Math.min(distinct, sizeOf(weightShape(ref))), seededRandom(seed + 1), scale);
      if ('length' in ref) return some.map((value) => 1 + value);
      return repeated(rounded ? roundedToHalf(some) : some, sizeOf(weightShape(ref)));
    },
    release() {},
  };
}

/** Drawing every number would take longer than the products. Prime, so that no two rows are alike. */
const distinct = 1_000_003;

function repeated(some: Float32Array, length: number): Float32Array {
  const values = new Float32Array(length);
  for (let at = 0; at < length; at += some.length) values.set(some.subarray(0, length - at), at);
  return values;
}

const backends = {
  f32: await createWebGpuBackend(device),
  f16: await createWebGpuBackend(device, { weights: 'f16' }),
};

describe.each([
  [49_152, 'f32'],
  [49_152, 'f16'],
  [65_536, 'f32'],
] as const)('%i tokens of 576 channels, weights %s', (vocab, storage) => {
  it('runs, reads logits and pulls a row', async () => {
    const program = llama(vocab, 576, 9);
    const weights = randomWeights(program);
    const backend = backends[storage];
    const session = await createSession(program, weights, backend);
    const numbers = weightsOf(program).reduce((sum, ref) => sum + sizeOf(weightShape(ref)), 0);
    expect(session.weightBytes / numbers).toBeCloseTo(storage === 'f32' ? 4 : 2, 2);
    const run = await session.run([7, vocab - 1, 40_000], () => {});
    const question = { session, run, options: {} };
    const [y, logits] = [await backend.read(run.trace.output.data), await logitRows(question, 1, 2, 1)];
    const table = await randomWeights(program, storage === 'f16').take('embedding.tokens.weight');
    const last = y.subarray(2 * 576);
    // Sums of 576 products: rounded inputs, then some ten roundings relative to the largest logit.
    expect(relativeError(logits, products(last, table))).toBeLessThan(1e-6);
    const scope = { range: [0, 1], gateRule: 'half' } as const;
    const explained = await explain(question, { token: 2, class: null, direction: { kind: 'centred' } }, 1, String);
    expect((await rowOf(question, scope, explained)).conservation).toBeLessThan(1e-5);
    session.dispose();
  }, 60_000);
});

/** Rows of a table · x, in float64. */
function products(x: ArrayLike<number>, table: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(table.length / x.length);
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    for (let k = 0; k < x.length; k++) sum += x[k]! * table[row * x.length + k]!;
    sums[row] = sum;
  }
  return sums;
}

describe('vocabulary-sized products', () => {
  const program = llama(2 ** 19, 6, 3);
  const tokens = 11;

  /** The reference, noting every array with the vocabulary's channels, and those alive at once. */
  function watched() {
    const inner = createReferenceBackend();
    const rows: number[] = [];
    let alive = 0;
    let most = 0;
    const known = new Set<unknown>();
    const backend: Backend = {
      ...inner,
      linear(x, weight, layout, bias, epilogue) {
        const y = inner.linear(x, weight, layout, bias, epilogue);
        if (y.channels === program.vocab) {
          rows.push(y.tokens * y.columns);
          known.add(y.data);
          alive += y.tokens * y.columns;
          most = Math.max(most, alive);
        }
        return y;
      },
      free(array) {
        if (known.delete(array)) alive -= array.shape[0]! * array.shape[1]!;
        inner.free(array);
      },
    };
    return { backend, rows, most: () => most, alive: () => alive };
  }

  it('are made for the rows that are asked for, a few at a time, and not by the run itself', async () => {
    const { backend, rows, most, alive } = watched();
    const session = await createSession(program, randomWeights(program), backend);
    const run = await session.run(
      Array.from({ length: tokens }, (_, id) => id),
      () => {},
    );
    expect(rows).toEqual([]);
    const question = { session, run, options: {} };
    await logitRows(question, 1, 4, 1);
    expect(rows).toEqual([1]);
    expect(rowsAtOnce(program.vocab)).toBe(8);
    // Predictions are listed after every token: 8 + 3 rows, never [tokens, vocab].
    const describeToken = (id: number) => ({ id, piece: String(id), special: false, unknown: false });
    const tokenizer = { describe: describeToken } as Parameters<typeof summarise>[1];
    const { predictions } = await summarise(question, tokenizer, { word: String, idOf: () => null });
    expect(predictions).toHaveLength(tokens);
    expect(rows).toEqual([1, 8, 3]);
    expect({ most: most(), alive: alive() }).toEqual({ most: 8, alive: 0 });
    session.dispose();
  });
});
