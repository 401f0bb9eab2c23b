// The row of one or several targets as a result: contributions are added up, and so is what they must sum to.

import { conservationError } from '../../attribution/conservation';
import { UserError } from '../../tensor/errors';
import type { RowRequest, RowResult } from '../protocol';
import { decompxRow } from '../questions/decompx';
import { type Explained, explain } from '../questions/explained';
import { modelLogits } from '../questions/logits';
import { checkRange, joinPlans } from '../questions/question';
import { rowOf } from '../questions/row';
import { predictionOf } from '../runSummary';
import { biasShareNames } from './map';
import { ofOperator, provenanceOf, type Subject, wordOf } from './subject';

/** More targets than a reader can pin; bounds the work of one request. */
const mostTargets = 64;

export async function rowResult(subject: Subject, request: RowRequest): Promise<RowResult> {
  const { question, names } = subject;
  const { targets, range, gateRule, biases = 'token', operator = 'tensor' } = request;
  checkRange(question, range);
  if (targets.length === 0 || targets.length > mostTargets) {
    throw new UserError('bad-request', `A row needs 1 to ${mostTargets} targets, not ${targets.length}.`);
  }
  const explained: Explained[] = [];
  for (const target of targets) explained.push(await explain(question, target, range[1], wordOf(subject)));
  const rows = [];
  if (operator !== 'tensor' && biases !== 'token') {
    throw new UserError(
      'bad-request',
      'Biases are shared among the tokens for T alone: choose T, or biases of their own.',
    );
  }
  for (const one of explained) {
    const scope = { range, gateRule, operator };
    rows.push(
      operator === 'tensor' ? await decompxRow(question, scope, one, biases) : await rowOf(question, scope, one),
    );
  }

  const contributions = new Float64Array(question.run.trace.tokens);
  for (const row of rows) {
    for (const [source, value] of row.contributions.entries()) contributions[source]! += value;
  }
  const bias = rows.reduce((sum, row) => sum + row.bias, 0);
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const predict = async ({ token, direction }: Explained) => {
    const logits = await modelLogits(question, token, 1);
    return {
      class: predictionOf(logits, direction.class, names),
      rivals: direction.rivals.map((rival) => predictionOf(logits, rival, names)),
    };
  };
  const predictions = [];
  for (const one of explained) predictions.push(await predict(one));
  const explains = explained.map(({ direction }) => direction.words).join(' + ');
  return {
    contributions: Float32Array.from(contributions),
    bias,
    total,
    explains,
    classes: predictions.map((prediction) => prediction.class),
    rivals: predictions.map((prediction) => prediction.rivals),
    fidelity: {
      completeness: null,
      // Of another operator than T the bias share is what is left over, so there is nothing to check.
      conservation:
        operator === 'tensor'
          ? conservationError(contributions, { bias: Float64Array.of(bias), total: Float64Array.of(total) })
          : null,
    },
    provenance: provenanceOf(subject, {
      range,
      gateRule,
      formula:
        biases === 'token'
          ? `cᵀ T_ij x_j${ofOperator(operator)}`
          : `u_i · Z_i⇐j, biases shared by ${biasShareNames[biases]}`,
      direction: explains,
      plan: joinPlans(
        rows.map((row) => row.plan),
        rows.length === 1 || biases !== 'token' ? rows[0]!.plan.description : `${rows.length} cotangents pulled`,
      ),
    }),
  };
}
