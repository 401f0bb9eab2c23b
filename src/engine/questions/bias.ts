// B: what the biases of a range alone bring to every output token, found by pushing one zero column with biases on. Costs one forward pass.

import { type PassCost, pushCost, thenRead } from '../../program/planner';
import { push } from '../../program/readings';
import type { ReadOut } from '../activeRun';
import type { Scope } from '../protocol';
import { contextOf, passRequest, type Question, readAndFree, scopeKey } from './question';

/** [token, dModel] at the read-out; shared by all questions of the run. */
export function biasOf(question: Question, scope: Scope, readOut: Exclude<ReadOut, 'logits'>) {
  const { session, run } = question;
  return run.shared(keyOf(scope, readOut), async () => {
    const { backend, program } = session;
    const tokens = run.trace.tokens;
    const { path, frozenOf } = run.frozenPath(scope.range, readOut);
    if (path.ops.length === 0) return new Float64Array(tokens * program.dModel);
    const data = backend.zeros([tokens, 1, program.dModel], 'bias start');
    const start = { firstToken: 0, tokens, columns: 1, channels: program.dModel, data };
    try {
      const bias = await push(contextOf(question, scope.gateRule), path, frozenOf, start, true, () => {});
      const [values] = await readAndFree(backend, [bias.data]);
      return values!;
    } finally {
      backend.free(data);
    }
  });
}

const keyOf = (scope: Scope, readOut: ReadOut) => `bias ${scopeKey(scope)} ${readOut}`;

/** What it costs to know B: nothing when an earlier question of the run has asked for it. */
export async function planBias(
  question: Question,
  scope: Scope,
  readOut: Exclude<ReadOut, 'logits'>,
): Promise<PassCost[]> {
  const { session, run } = question;
  if (run.hasShared(keyOf(scope, readOut))) return [];
  const request = passRequest(question, run.frozenPath(scope.range, readOut), scope.gateRule);
  if (request.path.ops.length === 0) return [];
  return [thenRead(await pushCost(request, 0, 1), request, 0, run.trace.tokens * session.program.dModel)];
}
