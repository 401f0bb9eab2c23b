// What a program's weights take on a device when not all of them are there at once: what always stays, and the most that one op wants.

import { type MatrixRef, type Program, type VectorRef, type WeightName, weightsOf, weightsOfOp } from './program';

/** As a backend tells them. */
export interface NumberBytes {
  readonly bytesPerNumber: number;
  readonly bytesPerWeight: number;
}

/** What always stays on the device, and the most that one op wants beside it, in bytes. */
export interface WeightNeeds {
  readonly total: number;
  readonly pinned: number;
  readonly largestOp: number;
}

type Ref = MatrixRef | VectorRef;

export function weightNeeds(program: Program, sizes: NumberBytes): WeightNeeds {
  const pinned = pinnedNames(program);
  const bytesOf = (refs: readonly Ref[]) => refs.reduce((sum, ref) => sum + storedBytes(ref, sizes), 0);
  const streamed = program.ops.map((op) => bytesOf(weightsOfOp(op).filter(({ name }) => !pinned.has(name))));
  const all = weightsOf(program);
  return {
    total: bytesOf(all),
    pinned: bytesOf(all.filter(({ name }) => pinned.has(name))),
    largestOp: Math.max(0, ...streamed),
  };
}

export function pinnedNames(program: Program): Set<WeightName> {
  const readOut = program.ops.filter(
    ({ stage, kind }) => typeof stage === 'string' && stage !== 'embedding' && kind !== 'unembed',
  );
  const vectors = weightsOf(program).filter((ref) => 'length' in ref);
  return new Set([...vectors, ...readOut.flatMap(weightsOfOp)].map(({ name }) => name));
}

export function storedBytes(ref: Ref, sizes: NumberBytes): number {
  if ('length' in ref) return ref.length * sizes.bytesPerNumber;
  return Math.ceil((ref.inputs * ref.outputs * sizes.bytesPerWeight) / 4) * 4; // halves lie in words of two
}
