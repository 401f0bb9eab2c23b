// B: what the biases of a range alone bring to every output token, found by pushing one zero column with biases on. Costs one forward pass.

import { push } from '../../program/readings';
import type { ReadOut } from '../activeRun';
import type { Scope } from '../protocol';
import { contextOf, type Question, readAndFree, scopeKey } from './question';

/** [token, dModel] at the read-out; shared by all questions of the run. */
export function biasOf(question: Question, scope: Scope, readOut: Exclude<ReadOut, 'logits'>) {
  const { session, run } = question;
  return run.shared(`bias ${scopeKey(scope)} ${readOut}`, async () => {
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
