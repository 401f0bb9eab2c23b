// The embedded models' world as test items: sentences whose answer, and whose responsible tokens, are known. world.json is written by the training code
// (training/tiny_world/ground_truth.py), which draws them with a seed of their own: training has not seen the patterns among them.

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import type { StudyPrompt } from './study';

const word = v.pipe(v.string(), v.maxLength(64));
const words = v.pipe(v.array(word), v.maxLength(256));
const positions = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(256));
const sentence = v.object({
  family: word,
  sub: word,
  tokens: words,
  target: v.nullable(word),
  ok: words,
  foils: words,
  copy: positions,
  cue: positions,
  after: v.optional(words),
});
const world = v.object({ sentences: v.pipe(v.array(sentence), v.maxLength(10_000)) });

export type WorldSentence = v.InferOutput<typeof sentence>;

/** Families whose responsible tokens are known, in the order of the tables. */
export const families: Readonly<Record<string, string>> = {
  fact: 'Fact',
  'fact-derived': 'Two-hop fact',
  induction: 'Induction',
  'indirect-object': 'Indirect object',
  agreement: 'Agreement',
};

/** From the parsed world.json. */
export function worldSentences(json: unknown): WorldSentence[] {
  const parsed = v.safeParse(world, json);
  if (parsed.success) return parsed.output.sentences;
  const [issue] = parsed.issues;
  throw new UserError('bad-model', `world.json cannot be used: ${v.getDotPath(issue) ?? 'it'} (${issue.message}).`);
}

/** The prompt of a sentence: cut before the answer for a decoder; with a mask in its place, and the words after it, for a model that fills in masks. */
export function worldPrompt({ tokens, after, target, ok, foils, copy }: WorldSentence): StudyPrompt {
  const text = (after === undefined ? tokens : [...tokens, '[MASK]', ...after]).join(' ');
  return { input: { text }, answer: target, right: (piece) => ok.includes(piece), foils, responsible: copy };
}

/** As many words as make an order worth judging: at least two tokens may be masked. */
export function usable({ tokens }: WorldSentence): boolean {
  return tokens.length > 2;
}
