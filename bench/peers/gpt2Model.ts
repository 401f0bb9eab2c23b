// The ONNX model of a decoder in GPT-2's layout, from the same weights as ours: ids to logits of all tokens, shapes fixed. `plain`: standard
// operators. `patterns`: the same, and every block's attention pattern is an output. `fused`: ONNX Runtime's own Attention and FastGelu.

import type { BenchModel } from '../models';
import { createOnnxGraph, type OnnxGraph } from './onnxGraph';

export type Kind = 'plain' | 'patterns' | 'fused';

const msDomain = 'com.microsoft';
/** Added to the scores of later tokens. */
const masked = -1e9;
/** As in the specs' defaults. */
const normEps = 1e-5;

export interface Gpt2Onnx {
  readonly bytes: Uint8Array;
  /** Dimensions of the outputs, logits first. */
  readonly outputs: ReadonlyMap<string, readonly number[]>;
}

export async function gpt2Onnx({ program, weights }: BenchModel, length: number, kind: Kind): Promise<Gpt2Onnx> {
  const { dModel, heads, blocks, vocab, dFfn } = program;
  const graph = createOnnxGraph();
  const outputs = new Map<string, readonly number[]>([['logits', [length, vocab]]]);
  const take = async (name: string) => Float32Array.from(await weights.take(name));
  const weight = async (name: string, dims: readonly number[]) => graph.floats(name, await take(name), dims);
  const only = (operator: string, inputs: readonly string[], node?: Parameters<OnnxGraph['node']>[2]) =>
    graph.node(operator, inputs, node)[0]!;

  const mask = Float32Array.from({ length: length ** 2 }, (_, at) =>
    at % length > Math.floor(at / length) ? masked : 0,
  );
  const causal = graph.floats('mask', mask, [length, length]);
  const scale = graph.floats('scale', Float32Array.of((dModel / heads) ** -0.5), []);
  const batchShape = graph.shape('batchShape', [1, length, dModel]);
  const flatShape = graph.shape('flatShape', [length, dModel]);
  const headShape = graph.shape('headShape', [length, heads, dModel / heads]);

  const norm = async (x: string, name: string) =>
    only('LayerNormalization', [x, await weight(`${name}.gain`, [dModel]), await weight(`${name}.bias`, [dModel])], {
      attributes: { axis: 1, epsilon: { float: normEps } },
    });
  const linear = async (x: string, name: string, inputs: number, outs: number) =>
    only('Gemm', [x, await weight(`${name}.weight`, [inputs, outs]), await weight(`${name}.bias`, [outs])]);

  async function attention(x: string, block: number): Promise<string> {
    const name = `blocks.${block}.attention`;
    const [matrix, bias] = await queryKeyValue(take, name, dModel);
    const w = graph.floats(`${name}.qkv.weight`, matrix, [dModel, 3 * dModel]);
    const b = graph.floats(`${name}.qkv.bias`, bias, [3 * dModel]);
    let mixed: string;
    if (kind === 'fused') {
      const attributes = { num_heads: heads, unidirectional: 1 };
      mixed = only('Attention', [only('Reshape', [x, batchShape]), w, b], { domain: msDomain, attributes });
    } else {
      const parts = graph.node('Split', [only('Gemm', [x, w, b])], {
        outputs: 3,
        attributes: { axis: 1, num_outputs: 3 },
      });
      const turn = (at: number, perm: readonly number[]) =>
        only('Transpose', [only('Reshape', [parts[at]!, headShape])], { attributes: { perm } });
      const [q, k, v] = [turn(0, [1, 0, 2]), turn(1, [1, 2, 0]), turn(2, [1, 0, 2])];
      const scores = only('Add', [only('Mul', [only('MatMul', [q, k]), scale]), causal]);
      const pattern = only('Softmax', [scores], { names: [`attention.${block}`], attributes: { axis: 2 } });
      if (kind === 'patterns') outputs.set(pattern, [heads, length, length]);
      mixed = only('Transpose', [only('MatMul', [pattern, v])], { attributes: { perm: [1, 0, 2] } });
    }
    return linear(only('Reshape', [mixed, flatShape]), `${name}.output`, dModel, dModel);
  }

  async function feedForward(x: string, block: number): Promise<string> {
    const up = await linear(x, `blocks.${block}.ffn.up`, dModel, dFfn);
    const active =
      kind === 'fused'
        ? only('FastGelu', [up], { domain: msDomain })
        : only('Gelu', [up], { attributes: { approximate: 'tanh' } });
    return linear(active, `blocks.${block}.ffn.down`, dFfn, dModel);
  }

  const ids = graph.input('ids', 'int32', [length]);
  const tokens = await weight('embedding.tokens.weight', [vocab, dModel]);
  let x = only('Add', [
    only('Gather', [tokens, ids]),
    await weight('embedding.positions.weight', [program.contextLength, dModel]),
  ]);
  for (let block = 0; block < blocks; block++) {
    x = only('Add', [x, await attention(await norm(x, `blocks.${block}.attention.norm`), block)]);
    x = only('Add', [x, await feedForward(await norm(x, `blocks.${block}.ffn.norm`), block)]);
  }
  only('Gemm', [await norm(x, 'final.norm'), tokens], { names: ['logits'], attributes: { transB: 1 } });
  for (const [name, dims] of outputs) graph.output(name, dims);
  return { bytes: graph.bytes(), outputs };
}

/** One matrix [dModel, 3 · dModel] and one bias, as GPT-2's files have them: ours has three of each. */
async function queryKeyValue(take: (name: string) => Promise<Float32Array>, name: string, dModel: number) {
  const matrix = new Float32Array(3 * dModel * dModel);
  const bias = new Float32Array(3 * dModel);
  for (const [at, part] of ['query', 'key', 'value'].entries()) {
    const own = await take(`${name}.${part}.weight`);
    for (let row = 0; row < dModel; row++)
      matrix.set(own.subarray(row * dModel, (row + 1) * dModel), (3 * row + at) * dModel);
    bias.set(await take(`${name}.${part}.bias`), at * dModel);
  }
  return [matrix, bias] as const;
}
