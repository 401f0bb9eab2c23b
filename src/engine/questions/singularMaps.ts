// Maps of T_ij's singular values: the largest (spectral) and their sum (nuclear). Exact only: every row's slice is pulled, and every pair in it
// decomposed on the CPU. Both maps come from the same decompositions, so the second one asked for costs nothing.

import { singularValues } from '../../attribution/singular';
import type { Plan, Scope } from '../protocol';
import { planExact, type TensorMap } from './maps';
import { type Merging, withMerged } from './merging';
import { checkpointOf, checkRange, pairsOf, type Question, scopeKey } from './question';
import { computeSlice, pairOf, type Slice } from './slice';

export type SingularMap = 'spectral' | 'nuclear';

/** Price of all singular values of a D × D matrix without vectors: Householder's bidiagonal form, 8/3 D³. */
const decompositionFlops = (dModel: number) => (8 / 3) * dModel ** 3;

/** The pulls of every row, and the decompositions on the CPU. */
export async function planSingular(
  question: Question,
  scope: Scope,
): Promise<{ readonly plan: Plan; readonly merging: Merging }> {
  checkRange(question, scope.range);
  const { session, run } = question;
  const { dModel } = session.program;
  const { plan, merging } = await planExact(question, scope);
  const pairs = pairsOf(question);
  return {
    merging,
    plan: {
      flops: plan.flops + pairs * decompositionFlops(dModel),
      peakBytes: plan.peakBytes,
      seconds: null, // the CPU's speed is not measured
      description: `${plan.description}, ${pairs} decompositions of ${dModel} × ${dModel} on the CPU (${run.trace.tokens} tokens)`,
    },
  };
}

export async function singularMap(question: Question, scope: Scope, map: SingularMap): Promise<TensorMap> {
  const { plan, merging } = await planSingular(question, scope);
  const { notes } = question.run;
  const key = `singular ${scopeKey(scope)}`;
  const known = notes.get(key) as Record<SingularMap, Float64Array> | undefined;
  const maps = known ?? (await decompose(question, scope, plan, merging));
  notes.set(key, maps);
  return { data: maps[map], identity: null, completeness: null, conservation: null, plan, pass: null };
}

async function decompose(
  question: Question,
  scope: Scope,
  plan: Plan,
  merging: Merging,
): Promise<Record<SingularMap, Float64Array>> {
  const { session, run } = question;
  const { program, backend } = session;
  const { tokens } = run.trace;
  const checkpoint = checkpointOf(question, 'singular values', plan);
  const spectral = new Float64Array(tokens * tokens);
  const nuclear = new Float64Array(tokens * tokens);
  await withMerged(question, merging, scope.gateRule, checkpoint, async (frozenPath) => {
    const given = { frozenPath, budgetBytes: session.passBytes() - merging.bytes };
    for (let token = 0; token < tokens; token++) {
      const slice: Slice = await computeSlice(question, scope, token, checkpoint, given);
      for (let source = 0; source < (program.causal ? token + 1 : tokens); source++) {
        const values = singularValues(pairOf(slice, source), program.dModel);
        spectral[token * tokens + source] = values[0]!;
        nuclear[token * tokens + source] = values.reduce((sum, value) => sum + value, 0);
        await checkpoint(decompositionFlops(program.dModel));
        await backend.finish(); // lets a cancellation through between two decompositions
      }
    }
  });
  return { spectral, nuclear };
}
