// pattern: A = softmax(scale · q kᵀ, capped, with slopes, masked) [head, query, key], rotary positions on q and k first. The linear readings do
// not meet it: A is what the tensor freezes. gradient: back through softmax, soft cap, scale and positions to q and k.

import type { DeviceArray, RotaryTable, Signal } from '../backend';
import type { RunContext, RunReading } from '../op';
import type { PatternOp, RotarySpec } from '../program';

export const pattern: RunReading<PatternOp> = {
  inputs: (op) => [op.query, op.key],
  run({ backend, table }, op, [query, key]) {
    const rotary = op.rotary && rotaryTable(op.rotary, query!.tokens, table);
    const slopes = op.slopes ? table(`slopes ${op.slopes.join(' ')}`, [op.heads], () => op.slopes!) : null;
    return { value: null, frozen: { pattern: backend.pattern(query!, key!, op, rotary, slopes) } };
  },
  gradient: {
    inputs: (op) => [op.query, op.key],
    needs: (op) => [op.query, op.key],
    gradient({ backend, rule, gradients, value, table }, op, frozen, g) {
      const [query, key] = [value(op.query), value(op.key)];
      const rotary = op.rotary && rotaryTable(op.rotary, query.tokens, table);
      const turn = (x: Signal) => (rotary ? gradients.turn(x, op.dHead, rotary, false) : x);
      const [q, k] = [turn(query), turn(key)];
      const slopes = op.softCap === undefined ? null : gradients.capSlopes(q, k, op, op.scale, op.softCap);
      const scores = gradients.softmaxAdjoint(frozen.pattern as DeviceArray, g, slopes);
      const factor = op.scale * rule.scores;
      const pulled = [gradients.contractKeys(scores, k, op, factor), gradients.contractQueries(scores, q, op, factor)];
      const turned = rotary ? pulled.map((x) => gradients.turn(x, op.dHead, rotary, true)) : pulled;
      const spent = rotary ? [q, k, ...pulled].map(({ data }) => data) : [];
      for (const array of [scores.data, ...(slopes ? [slopes] : []), ...spent]) backend.free(array);
      return turned;
    },
  },
  runCost: (op, tokens) => ({
    flops: 2 * op.heads * op.dHead * tokens * tokens,
    bytes: 4 * tokens * ((op.heads + op.kvHeads) * op.dHead + op.heads * tokens),
  }),
};

/** Angles of tokens 0 … tokens − 1. */
export function rotaryTable(rotary: RotarySpec, tokens: number, table: RunContext['table']): RotaryTable {
  const of = (name: string, wave: (angle: number) => number) =>
    table(`${rotaryName(rotary)}.${name}`, rotaryShape(rotary, tokens), () => angles(rotary, tokens, wave));
  const { rotaryDim, pairs = 'halves' } = rotary;
  return { rotaryDim, pairs, cos: of('cos', Math.cos), sin: of('sin', Math.sin) };
}

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
