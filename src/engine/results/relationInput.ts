// What a relation's request must be, in sentences, and its prompts: what cannot be used is left out and told.

import { shuffled } from '../../analysis/relations/splits';
import { checkTemplate } from '../../analysis/relations/template';
import type { ModelTokenizer } from '../../models/tokenizer';
import type { Program } from '../../program/program';
import { UserError } from '../../tensor/errors';
import { seededRandom } from '../../tensor/random';
import { refuseOver } from '../budget';
import type { RelationRequest } from '../protocol';
import { type FactPrompt, readFact, refuseOthers } from '../questions/relationPrompts';
import type { Session } from '../session';

/** Every one is a run of the model, or several. */
export const mostSubjects = 200;
const mostSplits = 20;
const mostTraining = 64;
const mostBetas = 32;
/** Bytes of the mean operators on the host. */
const operatorBudget = 512 * 2 ** 20;

/** UserError 'bad-request' or 'over-budget'. */
export function checkRelation(program: Program, tokenizer: ModelTokenizer, request: RelationRequest): void {
  const { template, facts, operators, layers, layer, training, splits, seed, beta, rank, editRank, directions, betas } =
    request;
  const { blocks, dModel } = program;
  refuseOthers(program, tokenizer);
  checkTemplate(template);
  if (facts.length < 2) {
    const found = facts.length === 0 ? 'The relation has no subjects' : 'The relation has one subject';
    throw refused(`${found}: give at least two, one to make a decoder from and one to test it on`);
  }
  const whole = (value: number, from: number, to: number) => Number.isInteger(value) && value >= from && value <= to;
  if (layers.length === 0 || !layers.every((each) => whole(each, 0, blocks - 1)) || !layers.includes(layer)) {
    throw refused(
      `The subject can be read before blocks 0 to ${blocks - 1} of this model, and the chosen one among them`,
    );
  }
  if (operators.length === 0) throw refused('Choose the tensor, the Jacobian, or both');
  if (training.length === 0 || !training.every((each) => whole(each, 1, mostTraining))) {
    throw refused(`A decoder is made from 1 to ${mostTraining} training subjects`);
  }
  if (!whole(splits, 1, mostSplits)) throw refused(`Choose 1 to ${mostSplits} splits`);
  if (!whole(seed, 0, 1_000_000)) throw refused('The seed is a whole number from 0 to 1000000');
  if (![beta, ...(betas ?? [])].every((each) => Math.abs(each) <= 100)) {
    throw refused('β is a number from −100 to 100');
  }
  if (betas && betas.length > mostBetas) throw refused(`Up to ${mostBetas} more values of β are tried`);
  for (const [name, each] of [
    ['rank', rank],
    ['rank of the edit', editRank],
  ] as const) {
    if (each !== null && !whole(each, 1, dModel)) throw refused(`The ${name} is a whole number from 1 to ${dModel}`);
  }
  if (!whole(directions, 0, 32)) throw refused('Up to 32 directions are told');
  refuseOver(
    operatorBudget,
    4 * dModel ** 2 * operators.length * layers.length * new Set(training).size * splits,
    `${operators.length} operators × ${layers.length} layers × ${training.length} numbers of subjects × ${splits} splits of ${dModel} × ${dModel} numbers`,
    'Choose fewer layers or fewer splits.',
  );
}

function refused(what: string): UserError {
  return new UserError('bad-request', `${what}.`);
}

/** Those that can be used; UserError 'bad-request' when fewer than two can. */
export function promptsOf(
  { session, tokenizer }: { readonly session: Session; readonly tokenizer: ModelTokenizer },
  { template, facts, seed }: RelationRequest,
): { readonly prompts: readonly FactPrompt[]; readonly notes: string[] } {
  const notes: string[] = [];
  let chosen = facts;
  if (facts.length > mostSubjects) {
    const kept = new Set(shuffled(facts.length, seededRandom(seed)).slice(0, mostSubjects));
    chosen = facts.filter((_, at) => kept.has(at));
    notes.push(`The table has ${facts.length} subjects; ${mostSubjects} of them are used, drawn with seed ${seed}.`);
  }
  const prompts: FactPrompt[] = [];
  const left = new Map<string, string[]>();
  for (const fact of chosen) {
    const read = readFact(tokenizer, session.program, template, fact);
    if (typeof read !== 'string') prompts.push(read);
    else left.set(read, [...(left.get(read) ?? []), fact.subject]);
  }
  for (const [why, subjects] of left) {
    const some = subjects.slice(0, 3).join(', ');
    const more = subjects.length > 3 ? ', …' : '';
    notes.push(`Left out: ${subjects.length} row${subjects.length === 1 ? '' : 's'} ${why} (${some}${more}).`);
  }
  if (prompts.length < 2) {
    throw refused(
      `Only ${prompts.length} of the ${chosen.length} subjects can be used. ${notes.join(' ').replace(/\.$/, '')}`,
    );
  }
  const several = prompts.filter(({ more }) => more).length;
  if (several > 0) notes.push(`${several} objects have several tokens: what counts is the first.`);
  return { prompts, notes };
}
