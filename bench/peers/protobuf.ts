// Writes the few forms of protobuf that an ONNX model needs. Bytes stay in pieces until the end, since weights are large.

export type Pieces = readonly Uint8Array[];

const encoder = new TextEncoder();

/** Unsigned, seven bits a byte, the lowest first; the top bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** Wire type 0: an integer from 0 on. */
export const integer = (field: number, value: number): Pieces => [
  Uint8Array.from([...varint(field * 8), ...varint(value)]),
];

/** Wire type 5. */
export function float(field: number, value: number): Pieces {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [Uint8Array.from(varint(field * 8 + 5)), bytes];
}

/** Wire type 2: a message, or raw bytes. */
export function block(field: number, ...content: readonly Pieces[]): Pieces {
  const pieces = content.flat();
  return [Uint8Array.from([...varint(field * 8 + 2), ...varint(lengthOf(pieces))]), ...pieces];
}

export const text = (field: number, value: string): Pieces => block(field, [encoder.encode(value)]);

export function joined(pieces: Pieces): Uint8Array {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const lengthOf = (pieces: Pieces) => pieces.reduce((sum, { length }) => sum + length, 0);
