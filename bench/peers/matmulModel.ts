// An ONNX model of a single MatMul with fixed shapes, as bytes: ONNX Runtime runs nothing but models. The few fields of the format (protobuf,
// onnx.proto) that such a model needs are written here, so that the bench needs no Python and no opaque file.

const encoder = new TextEncoder();

/** Unsigned, seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** Wire type 0. */
const integer = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
/** Wire type 2: a text, or a message. */
const block = (field: number, bytes: Iterable<number>) => {
  const content = [...bytes];
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
};
const text = (field: number, value: string) => block(field, encoder.encode(value));

const float32 = 1; // TensorProto.DataType.FLOAT
const irVersion = 9;
const opset = 20;

/** ValueInfoProto: 1 name, 2 type → TypeProto: 1 tensor → 1 element type, 2 shape → 1 dimensions → 1 value. */
function tensorInfo(name: string, dims: readonly number[]): number[] {
  const shape = dims.flatMap((dim) => block(1, integer(1, dim)));
  const type = block(1, [...integer(1, float32), ...block(2, shape)]);
  return [...text(1, name), ...block(2, type)];
}

/** C [m, n] = A [m, k] · B [k, n]. */
export function matmulModel(m: number, k: number, n: number): Uint8Array {
  // NodeProto: 1 inputs, 2 outputs, 4 operator.
  const node = [...text(1, 'A'), ...text(1, 'B'), ...text(2, 'C'), ...text(4, 'MatMul')];
  // GraphProto: 1 nodes, 2 name, 11 inputs, 12 outputs.
  const graph = [
    ...block(1, node),
    ...text(2, 'matmul'),
    ...block(11, tensorInfo('A', [m, k])),
    ...block(11, tensorInfo('B', [k, n])),
    ...block(12, tensorInfo('C', [m, n])),
  ];
  // ModelProto: 1 format version, 7 graph, 8 operator sets (1 domain, 2 version).
  const operators = [...text(1, ''), ...integer(2, opset)];
  return Uint8Array.from([...integer(1, irVersion), ...block(7, graph), ...block(8, operators)]);
}
