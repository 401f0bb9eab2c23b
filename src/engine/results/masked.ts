// Masked runs as a result: checks what is asked, finds the substitute and the eligible tokens, and says in words what was done.

import { eligibleTokens } from '../../analysis/eligible';
import { UserError } from '../../tensor/errors';
import type { MaskedRequest, MaskedResult, Masking } from '../protocol';
import { logSumExp, modelLogits, topOf } from '../questions/logits';
import { maskedPlan, maskedRuns, type Substitute } from '../questions/maskedRuns';
import { checkToken, type Question } from '../questions/question';
import { tokensOf } from '../questions/tokens';
import { predictionOf } from '../runSummary';
import { provenanceOf, type Subject } from './subject';

/** More variants than any deletion needs; bounds the work and the lists of one request. */
const mostVariants = 8192;
const mostFoils = 64;

export async function maskedResult(subject: Subject, request: MaskedRequest): Promise<MaskedResult> {
  const { question, names } = subject;
  const { token, foils, variants } = request;
  const { program } = question.session;
  checkRequest(question, request);
  const { substitute, words } = substituteOf(subject, request.masking);
  const eligible = eligibleTokens({
    special: tokensOf(question, subject.tokenizer).map(({ special }) => special),
    causal: program.causal,
    answer: program.reads === null ? token : -1,
  });
  refuseIneligible(variants, eligible);
  const logits = await modelLogits(question, token, 1);
  const chosen = request.class ?? topOf(logits, 1)[0]!;
  const answer = predictionOf(logits, chosen, names);
  const plan = await maskedPlan(question, variants.length);
  const answers = await maskedRuns(question, { token, class: chosen, foils, substitute, variants });
  return {
    answer,
    logProbability: logits[chosen]! - logSumExp(logits),
    eligible,
    maskedBy: words,
    logProbabilities: Float32Array.from(answers.logProbabilities),
    tops: [...answers.tops],
    foils: Float32Array.from(answers.foils),
    provenance: provenanceOf(subject, {
      range: [0, program.blocks],
      gateRule: null,
      formula: `log p(answer) with tokens replaced by ${words}`,
      plan,
    }),
  };
}

function checkRequest(question: Question, { token, class: chosen, foils, variants }: MaskedRequest): void {
  const { classes, reads, logits } = question.session.program;
  if (logits === null) {
    throw new UserError(
      'bad-request',
      'This model has no trained head: there is no answer whose probability could change.',
    );
  }
  checkToken(question, token, 'output token');
  if (reads !== null && token !== 0) {
    throw new UserError('bad-request', 'This classifier answers once for its whole input, addressed as token 0.');
  }
  if (variants.length > mostVariants || foils.length > mostFoils) {
    throw new UserError(
      'bad-request',
      `Masked runs take up to ${mostVariants} variants and ${mostFoils} foils at a time.`,
    );
  }
  for (const id of chosen === null ? foils : [chosen, ...foils]) {
    if (Number.isInteger(id) && id >= 0 && id < classes) continue;
    throw new UserError('bad-request', `There is no class ${id}: this model has ${classes}, 0 to ${classes - 1}.`);
  }
}

function refuseIneligible(variants: MaskedRequest['variants'], eligible: readonly number[]): void {
  const allowed = new Set(eligible);
  const strange = variants.flat().find((token) => !allowed.has(token));
  if (strange === undefined) return;
  throw new UserError(
    'bad-request',
    `Token ${strange} cannot be masked: special tokens, a decoder’s first token and the answering token stay. Eligible are ${eligible.length} tokens.`,
  );
}

function substituteOf({ question, tokenizer }: Subject, masking: Masking): { substitute: Substitute; words: string } {
  if (question.session.program.image) {
    if (masking === 'zero') return { substitute: 'zero', words: 'a patch of the mean colour' };
    throw new UserError(
      'bad-request',
      'A picture’s patches are masked by the mean colour (zero): it has no tokens to put there.',
    );
  }
  if (masking === 'zero') return { substitute: 'zero', words: 'a zero embedding' };
  const { mask, unknownToken, end } = tokenizer;
  const id = { mask, unknown: unknownToken, end }[masking];
  if (id !== null) return { substitute: id, words: tokenizer.describe(id).piece };
  const name = { mask: 'mask', unknown: 'unknown', end: 'end' }[masking];
  throw new UserError(
    'bad-request',
    `This model’s tokenizer has no ${name} token: mask with a zero embedding instead.`,
  );
}
