// What an ONNX export of a model is fed with, by the names and types of its inputs: the conventions of the hub's exports. No cache of keys and
// values: where the graph asks for one, it gets an empty one.

import { isPixels, type RunInput } from '../../program/input';
import { UserError } from '../../tensor/errors';

export interface OnnxInput {
  readonly name: string;
  /** 'int64', 'float32', … */
  readonly type: string;
  /** Names stand for lengths that are free. */
  readonly shape: readonly (number | string)[];
}

export interface Feed {
  readonly type: 'int64' | 'float32' | 'bool';
  readonly data: BigInt64Array | Float32Array | Uint8Array;
  readonly dims: readonly number[];
}

/** Input name → what it gets, one prompt. UserError 'unsupported-model' for an input that is not known. */
export function feedsFor(inputs: readonly OnnxInput[], input: RunInput): Map<string, Feed> {
  return new Map(inputs.map((asked) => [asked.name, feedFor(asked, input)]));
}

function feedFor(asked: OnnxInput, input: RunInput): Feed {
  const { name, type, shape } = asked;
  if (name === 'pixel_values' && isPixels(input) && type === 'float32') {
    return { type, data: input.data, dims: [1, ...input.shape] };
  }
  if (name.startsWith('past_key_values.') && type === 'float32') {
    const dims = shape.map((length, axis) => (typeof length === 'number' ? length : axis === 0 ? 1 : 0));
    if (dims.includes(0)) return { type, data: new Float32Array(0), dims };
  }
  if (name === 'use_cache_branch' && type === 'bool') return { type, data: Uint8Array.of(0), dims: [1] };
  const make = tokenInputs[name];
  if (make && !isPixels(input) && type === 'int64') {
    return { type, data: BigInt64Array.from(input, (id, at) => BigInt(make(id, at))), dims: [1, input.length] };
  }
  throw new UserError(
    'unsupported-model',
    `The ONNX file asks for an input “${name}” (${type}), which this comparison does not know.`,
  );
}

const tokenInputs: Readonly<Record<string, (id: number, at: number) => number>> = {
  input_ids: (id) => id,
  attention_mask: () => 1,
  token_type_ids: () => 0,
  position_ids: (_, at) => at,
};
