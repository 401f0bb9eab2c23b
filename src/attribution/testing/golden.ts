// Golden tensors of `fixtures/tiny` for tests, as float64 arrays by name.

import { readFileSync } from 'node:fs';
import { readSafetensors } from '../../models/safetensors';
import { withResidual } from '../rollout';

export interface Golden {
  readonly json: GoldenJson;
  tensor(name: string): { readonly data: Float64Array; readonly shape: readonly number[] };
}

interface GoldenJson {
  readonly shape: { readonly L: number; readonly D: number; readonly layers: number; readonly heads: number };
  readonly class: {
    readonly index: number;
    readonly positions: readonly number[];
    readonly U_dot_B: number;
    readonly raw_logit: number;
  };
  readonly tolerance_advice: Readonly<Record<string, number>>;
}

export function readGolden(model: 'gpt2' | 'llama'): Golden {
  const folder = new URL(`../../../fixtures/tiny/${model}/`, import.meta.url);
  const { tensors } = readSafetensors(readFileSync(new URL('golden.safetensors', folder)));
  return {
    json: JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')) as GoldenJson,
    tensor(name) {
      const found = tensors.get(name);
      if (found?.dtype !== 'F32') throw new Error(`no float32 tensor ${name} in the golden file of ${model}`);
      const bytes = Uint8Array.from(found.bytes); // a copy that starts at a multiple of 4
      return { data: Float64Array.from(new Float32Array(bytes.buffer)), shape: found.shape };
    },
  };
}

/** Post-softmax attention of every block, [head, query, key]. */
export function goldenPatterns(golden: Golden): Float64Array[] {
  return Array.from({ length: golden.json.shape.layers }, (_, layer) => golden.tensor(`attn.${layer}`).data);
}

/** The worked example of docs/formulas.md 4: attention of two blocks over three tokens, one head, with the residual connection. */
export const WORKED_BLOCKS: readonly Float64Array[] = [
  [0.7, 0.2, 0.1, 0.1, 0.6, 0.3, 0.25, 0.25, 0.5],
  [0.5, 0.3, 0.2, 0.05, 0.9, 0.05, 0.4, 0.4, 0.2],
].map((attention) => withResidual(attention, 1, 3));
