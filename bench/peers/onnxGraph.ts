// Builds an ONNX model (onnx.proto) node by node, as bytes: ONNX Runtime runs nothing but models. Only what the benches' graphs need; so that they
// need no Python and no opaque file. A value is its name.

import { block, float, integer, joined, type Pieces, text } from './protobuf';

export type Attribute = number | readonly number[] | string | { readonly float: number };

/** TensorProto.DataType, and the names that ONNX Runtime has for them. */
const types = { float32: 1, int32: 6, int64: 7 } as const;
type ElementType = keyof typeof types;

const irVersion = 9;
const opset = 20;

export interface Node {
  /** One fresh name an output; given names come first. */
  readonly outputs?: number;
  readonly names?: readonly string[];
  /** Empty: the standard operators. */
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  input(name: string, type: ElementType, dims: readonly number[]): string;
  output(name: string, dims: readonly number[]): void;
  /** A weight. */
  floats(name: string, data: Float32Array, dims: readonly number[]): string;
  /** A small list of integers: a shape. */
  shape(name: string, values: readonly number[]): string;
  node(operator: string, inputs: readonly string[], node?: Node): string[];
  bytes(): Uint8Array;
}

export function createOnnxGraph(): OnnxGraph {
  const [nodes, weights, inputs, outputs]: Pieces[][] = [[], [], [], []];
  return {
    input(name, type, dims) {
      inputs!.push(block(11, valueInfo(name, type, dims)));
      return name;
    },
    output(name, dims) {
      outputs!.push(block(12, valueInfo(name, 'float32', dims)));
    },
    floats(name, data, dims) {
      weights!.push(tensor(name, 'float32', dims, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
      return name;
    },
    shape(name, values) {
      const data = BigInt64Array.from(values, BigInt);
      weights!.push(tensor(name, 'int64', [values.length], new Uint8Array(data.buffer)));
      return name;
    },
    node(operator, reads, { outputs: count = 1, names = [], domain = '', attributes = {} } = {}) {
      const own = Array.from({ length: count }, (_, at) => names[at] ?? `${operator}_${nodes!.length}_${at}`);
      nodes!.push(
        block(
          1,
          ...reads.map((name) => text(1, name)),
          ...own.map((name) => text(2, name)),
          text(4, operator),
          ...Object.entries(attributes).map(([name, value]) => block(5, attribute(name, value))),
          text(7, domain),
        ),
      );
      return own;
    },
    /** ModelProto: 1 format version, 7 graph (1 nodes, 2 name, 5 weights, 11 inputs, 12 outputs), 8 operator sets (1 domain, 2 version). */
    bytes() {
      const graph = [...nodes!, text(2, 'graph'), ...weights!, ...inputs!, ...outputs!];
      const operators = [block(8, text(1, ''), integer(2, opset)), block(8, text(1, 'com.microsoft'), integer(2, 1))];
      return joined([integer(1, irVersion), block(7, ...graph), ...operators].flat());
    },
  };
}

/** ValueInfoProto: 1 name, 2 type → TypeProto: 1 tensor → 1 element type, 2 shape → 1 dimensions → 1 value. */
function valueInfo(name: string, type: ElementType, dims: readonly number[]): Pieces {
  const shape = dims.map((dim) => block(1, integer(1, dim)));
  return [...text(1, name), ...block(2, block(1, integer(1, types[type]), block(2, ...shape)))];
}

/** TensorProto: 1 dimensions, 2 element type, 8 name, 9 raw bytes; field 5 of the graph. */
function tensor(name: string, type: ElementType, dims: readonly number[], raw: Uint8Array): Pieces {
  return block(5, ...dims.map((dim) => integer(1, dim)), integer(2, types[type]), text(8, name), block(9, [raw]));
}

/** AttributeProto: 1 name, 2 float, 3 integer, 4 text, 8 integers, 20 which of them. */
function attribute(name: string, value: Attribute): Pieces {
  const typed = (type: number, content: Pieces) => [...text(1, name), ...content, ...integer(20, type)];
  if (typeof value === 'number') return typed(2, integer(3, value));
  if (typeof value === 'string') return typed(3, text(4, value));
  if ('float' in value) return typed(1, float(2, value.float));
  return typed(
    7,
    value.flatMap((entry) => integer(8, entry)),
  );
}
