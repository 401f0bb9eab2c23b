// pattern: A = softmax(scale · q kᵀ, capped, with slopes, masked) [head, query, key], rotary positions on q and k first. Run only: A is what the
// tensor freezes.

import type { RunReading } from '../op';
import type { PatternOp, RotarySpec } from '../program';

export const pattern: RunReading<PatternOp> = {
  inputs: (op) => [op.query, op.key],
  run({ backend, table }, op, [query, key]) {
    const tokens = query!.tokens;
    const rotary = op.rotary && {
      rotaryDim: op.rotary.rotaryDim,
      pairs: op.rotary.pairs ?? 'halves',
      cos: table(`${rotaryName(op.rotary)}.cos`, rotaryShape(op.rotary, tokens), () =>
        angles(op.rotary!, tokens, Math.cos),
      ),
      sin: table(`${rotaryName(op.rotary)}.sin`, rotaryShape(op.rotary, tokens), () =>
        angles(op.rotary!, tokens, Math.sin),
      ),
    };
    const slopes = op.slopes ? table(`slopes ${op.slopes.join(' ')}`, [op.heads], () => op.slopes!) : null;
    return { value: null, frozen: { pattern: backend.pattern(query!, key!, op, rotary, slopes) } };
  },
  runCost: (op, tokens) => ({
    flops: 2 * op.heads * op.dHead * tokens * tokens,
    bytes: 4 * tokens * ((op.heads + op.kvHeads) * op.dHead + op.heads * tokens),
  }),
};

/** Blocks with the same frequencies share a table. */
const rotaryName = ({ inverseFrequencies, factor = 1 }: RotarySpec) =>
  `rotary ${factor} ${inverseFrequencies.join(' ')}`;

const rotaryShape = ({ rotaryDim }: RotarySpec, tokens: number) => [tokens, rotaryDim / 2];

function angles(
  { inverseFrequencies, factor = 1 }: RotarySpec,
  tokens: number,
  of: (angle: number) => number,
): Float64Array {
  const pairs = inverseFrequencies.length;
  return Float64Array.from(
    { length: tokens * pairs },
    (_, at) => factor * of(Math.floor(at / pairs) * inverseFrequencies[at % pairs]!),
  );
}
