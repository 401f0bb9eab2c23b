// An ONNX model of a single MatMul with fixed shapes.

import { createOnnxGraph } from './onnxGraph';

/** C [m, n] = A [m, k] · B [k, n]. */
export function matmulModel(m: number, k: number, n: number): Uint8Array {
  const graph = createOnnxGraph();
  const inputs = [graph.input('A', 'float32', [m, k]), graph.input('B', 'float32', [k, n])];
  graph.node('MatMul', inputs, { names: ['C'] });
  graph.output('C', [m, n]);
  return graph.bytes();
}
