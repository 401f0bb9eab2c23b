// T beside the Jacobian, as results.

import type { BesideRequest, BesideResult, RemainderRequest, RemainderResult } from '../protocol';
import { beside, remainders } from '../questions/beside';
import { explain } from '../questions/explained';
import { provenanceOf, type Subject, wordOf } from './subject';

export async function besideResult(subject: Subject, request: BesideRequest): Promise<BesideResult> {
  const { range, gateRule, token } = request;
  const { plan, ...found } = await beside(subject.question, { range, gateRule }, token);
  const formula = '‖T_ij‖_F, ‖J_ij‖_F, ‖J_ij − T_ij‖_F';
  return { ...found, token, provenance: provenanceOf(subject, { range, gateRule, formula, plan }) };
}

export async function remainderResult(subject: Subject, request: RemainderRequest): Promise<RemainderResult> {
  const { question } = subject;
  const { blocks } = question.session.program;
  const explained = await explain(question, request.target, blocks, wordOf(subject));
  const { plan, change, tensor, jacobian } = await remainders(question, request, explained);
  const { words } = explained.direction;
  return {
    change: Float32Array.from(change),
    tensor: Float32Array.from(tensor),
    jacobian: Float32Array.from(jacobian),
    explains: words,
    provenance: provenanceOf(subject, {
      range: [0, blocks],
      gateRule: request.gateRule,
      formula: '|F(x + E) − F(x) − o · E|, o = Tᵀc or Jᵀc',
      direction: words,
      plan,
    }),
  };
}
