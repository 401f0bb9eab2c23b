// Model files in memory, for tests: a map of names to texts or bytes.

import { UserError } from '../../tensor/errors';
import type { ModelFiles } from '../files';
import { type TensorToWrite, writeSafetensors } from '../safetensors';

export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>, id = 'test'): ModelFiles {
  return {
    id,
    revision: null,
    async read(name, { signal, onProgress }) {
      signal?.throwIfAborted();
      const file = files[name];
      if (file === undefined) throw new UserError('not-found', `There is no file ${name}.`);
      const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
      onProgress?.(bytes.byteLength, bytes.byteLength);
      return bytes;
    },
  };
}

/** A safetensors file of float32 tensors: name → shape; the values count up, so that every element differs. */
export function countingTensors(shapes: Readonly<Record<string, readonly number[]>>): Uint8Array<ArrayBuffer> {
  let next = 0;
  const tensors = Object.entries(shapes).map(([name, shape]): [string, TensorToWrite] => {
    const length = shape.reduce((size, axis) => size * axis, 1);
    return [name, { shape, data: Float32Array.from({ length }, () => next++) }];
  });
  return writeSafetensors(new Map(tensors));
}

/** Shapes of a GPT-2 file with one block: dModel 4, vocab 5, context 3, ffn 16. */
export const tinyGpt2Shapes: Readonly<Record<string, readonly number[]>> = {
  'transformer.wte.weight': [5, 4],
  'transformer.wpe.weight': [3, 4],
  'transformer.h.0.ln_1.weight': [4],
  'transformer.h.0.ln_1.bias': [4],
  'transformer.h.0.attn.c_attn.weight': [4, 12],
  'transformer.h.0.attn.c_attn.bias': [12],
  'transformer.h.0.attn.c_proj.weight': [4, 4],
  'transformer.h.0.attn.c_proj.bias': [4],
  'transformer.h.0.ln_2.weight': [4],
  'transformer.h.0.ln_2.bias': [4],
  'transformer.h.0.mlp.c_fc.weight': [4, 16],
  'transformer.h.0.mlp.c_fc.bias': [16],
  'transformer.h.0.mlp.c_proj.weight': [16, 4],
  'transformer.h.0.mlp.c_proj.bias': [4],
  'transformer.ln_f.weight': [4],
  'transformer.ln_f.bias': [4],
};

export const tinyGpt2Config = { model_type: 'gpt2', n_embd: 4, n_layer: 1, n_head: 2, n_positions: 3, vocab_size: 5 };
