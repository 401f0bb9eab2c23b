// Where a subject stands among tokens, and which token its object begins with, with a tokenizer that cuts words in pieces of three letters.

import { describe, expect, it } from 'vitest';
import type { ModelTokenizer } from '../../models/tokenizer';
import type { Program } from '../../program/program';
import { readFact, refuseOthers } from './relationPrompts';

/** Pieces of up to three letters, the space before a word with its first; a Q is not in the vocabulary. One token stands before every text. */
function pieces(text: string): { piece: string; range: readonly [number, number] }[] {
  return [...text.matchAll(/ ?[^\s]{1,3}| /g)].map((match) => ({
    piece: match[0],
    range: [match.index, match.index + match[0].length],
  }));
}
const vocabulary: string[] = ['<s>', '?'];
function idOf(piece: string): number {
  if (piece.includes('Q')) return 1;
  if (!vocabulary.includes(piece)) vocabulary.push(piece);
  return vocabulary.indexOf(piece);
}
const tokenizer = {
  kind: 'text',
  encode: (text: string) => [0, ...pieces(text).map(({ piece }) => idOf(piece))],
  read: (text: string) => ({
    ids: tokenizer.encode(text),
    chat: null,
    tokens: [
      { range: null, partial: false, word: 0, inserted: true },
      ...pieces(text).map(({ range }) => ({ range, partial: false, word: 0, inserted: false })),
    ],
  }),
  describe: (id: number) => ({ id, piece: vocabulary[id]!, special: id === 0, unknown: id === 1 }),
} as unknown as ModelTokenizer;

const read = (template: string, subject: string, object: string, contextLength = 64) => {
  const found = readFact(tokenizer, { contextLength }, template, { subject, object });
  if (typeof found === 'string') return found;
  const at = (id: number) => vocabulary[id];
  return { source: at(found.ids[found.source]!), place: found.source, object: at(found.object), more: found.more };
};

describe('a fact as the model reads it', () => {
  it('takes the last token of the subject, and the first of the object', () => {
    expect(read('{} is in', 'Sofia', 'Bulgaria')).toEqual({ source: 'ia', place: 2, object: ' Bul', more: true });
    expect(read('The land of {} is', 'Sofia', 'Rus')).toEqual({ source: 'ia', place: 6, object: ' Rus', more: false });
  });

  it('takes the last occurrence', () => {
    expect(read('{} or {} is', 'Rome', 'Ita')).toMatchObject({ source: 'e', place: 5 });
    // The subject's letters stand elsewhere too.
    expect(read('is {} is is', 'is', 'Ita')).toMatchObject({ source: ' is', place: 2 });
  });

  it('may end with the subject', () => {
    expect(read('land of {}', 'Rome', 'Ita')).toMatchObject({ source: 'e', place: 5, object: ' Ita' });
  });

  it.each([
    ['a long prompt', read(`${'a '.repeat(70)}{} is`, 'Rome', 'Ita'), /longer than the 64 tokens/],
    ['an unknown subject', read('{} is', 'RoQe', 'Ita'), /whose subject the model has no word for/],
    ['an unknown object', read('{} is', 'Rome', 'Qta'), /whose object the model has no word for/],
    ['an empty subject', read('a {} is', '', 'Ita'), /not found among the tokens/],
    ['an object that merges with the prompt', read('{} is ', 'Rome', 'Ita'), /merges with the end of the prompt/],
    ['no object', read('{} is ', 'Rome', ''), /has no token/],
  ])('says why %s cannot be used', (_, why, sentence) => {
    expect(why).toMatch(sentence);
  });
});

it.each([
  [{ image: { channels: 3, side: 8, patch: 4 } }, 'text', /reads images/],
  [{ causal: false }, 'text', /reads in both directions/],
  [{ reads: [{ from: 0, to: 1 }] }, 'text', /does not predict the next token/],
  [{ logits: null }, 'text', /does not predict the next token/],
  [{}, 'ids', /has no tokenizer/],
] as const)('a model of %j is told apart', (change, kind, sentence) => {
  const decoder = { causal: true, image: null, reads: null, logits: 'logits' };
  const check = () => refuseOthers({ ...decoder, ...change } as unknown as Program, { ...tokenizer, kind });
  expect(check).toThrow(sentence);
  expect(() => refuseOthers(decoder as unknown as Program, tokenizer)).not.toThrow();
});
