// One number explained by one row, as a result.

import { catalogue } from '../../attribution/catalogue';
import { leftOver } from '../../attribution/gradientTimesInput';
import { methodNames } from '../../attribution/methodNames';
import { UserError } from '../../tensor/errors';
import type { AttributeRequest, AttributeResult, Plan } from '../protocol';
import { attribute, attributionPlan } from '../questions/attributions';
import { explain } from '../questions/explained';
import { modelLogits } from '../questions/logits';
import { predictionOf } from '../runSummary';
import { provenanceOf, type Subject, tokenMatrix, wordOf } from './subject';

export async function attributeResult(subject: Subject, request: AttributeRequest): Promise<AttributeResult> {
  const { question, names } = subject;
  checkMethod(request);
  const explained = await targetOf(subject, request);
  const { relevance, total, map, integration, plan } = await attribute(question, request, explained);
  const { token, direction } = explained;
  return {
    relevance: Float32Array.from(relevance),
    total,
    leftOver: total === null ? null : leftOver(relevance, total),
    map: map && tokenMatrix(subject, map, 'relevance', false),
    integration: integration && {
      steps: integration.steps,
      gap: integration.gap,
      error: integration.error,
      withoutInput: integration.ends[1],
    },
    explains: direction.words,
    class: predictionOf(await modelLogits(question, token, 1), direction.class, names),
    provenance: provenanceOf(subject, {
      range: [0, question.session.program.blocks],
      gateRule: request.method === 'attnlrp' ? request.gateRule : null,
      formula: catalogue[request.method].formula,
      direction: direction.words,
      plan,
    }),
  };
}

export async function planAttribute(subject: Subject, request: AttributeRequest): Promise<Plan> {
  checkMethod(request);
  return attributionPlan(subject.question, request, await targetOf(subject, request));
}

function targetOf(subject: Subject, { target }: AttributeRequest) {
  const { question } = subject;
  return explain(question, target, question.session.program.blocks, wordOf(subject));
}

function checkMethod({ method }: AttributeRequest): void {
  if (methodNames.includes(method)) return;
  throw new UserError('bad-request', `There is no method “${method}”: choose one of ${methodNames.join(', ')}.`);
}
