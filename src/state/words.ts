// Tokens or words: groups of tokens that make one word, and maps added up over them. Pure, and cheap: maps are small by the time they are here.

import type { Token } from '../engine/protocol';
import type { Matrix } from '../tensor/matrix';

/** First and one-past-last token of each word. */
export type Word = readonly [from: number, to: number];

const starts = /^[␣⏎Ġ▁]/u;

/** A word begins at a piece with a space mark; without any mark in the text, at every piece that is not a `##` continuation. */
export function wordsOf(tokens: readonly Token[]): readonly Word[] {
  const marked = tokens.some(({ piece, special }) => !special && starts.test(piece));
  const begins = tokens.map(({ piece, special }, at) => {
    if (at === 0 || special || tokens[at - 1]!.special) return true;
    return marked ? starts.test(piece) : !piece.startsWith('##');
  });
  const words: Word[] = [];
  for (let from = 0; from < tokens.length; ) {
    let to = from + 1;
    while (to < tokens.length && !begins[to]) to++;
    words.push([from, to]);
    from = to;
  }
  return words;
}

export function wordTokens(tokens: readonly Token[], words: readonly Word[]): readonly Token[] {
  return words.map(([from, to]) => {
    const parts = tokens.slice(from, to);
    const piece = parts.map(({ piece }) => piece.replace(/^##/, '')).join('');
    return { ...parts.at(-1)!, piece, unknown: parts.some(({ unknown }) => unknown) };
  });
}

/** Sources of a word are added up; its output row is that of its last token, which is what the next token is predicted from. */
export function overWords(matrix: Matrix, words: readonly Word[]): Matrix {
  const width = matrix.cols.length;
  const data = new Float32Array(words.length ** 2);
  words.forEach(([, rowEnd], row) => {
    words.forEach(([from, to], col) => {
      let sum = 0;
      for (let at = from; at < to; at++) sum += matrix.data[(rowEnd - 1) * width + at]!;
      data[row * words.length + col] = sum;
    });
  });
  const axis = (name: 'output' | 'source') => ({ name, length: words.length });
  return { ...matrix, data, rows: axis('output'), cols: axis('source') };
}

export function wordAt(words: readonly Word[], token: number): number {
  return words.findIndex(([from, to]) => token >= from && token < to);
}
