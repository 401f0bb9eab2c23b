// Tokens or words: groups of tokens that make one word, and maps added up over them. Pure, and cheap: maps are small by the time they are here.

import type { Token } from '../engine/protocol';
import type { Matrix } from '../tensor/matrix';

/** First and one-past-last token of each word. */
export type Word = readonly [from: number, to: number];

/** Neighbours with the same number (Token.word) make one word; a token without one is a word of its own. */
export function wordsOf(tokens: readonly Token[]): readonly Word[] {
  const words: Word[] = [];
  for (let from = 0; from < tokens.length; ) {
    const { word } = tokens[from]!;
    let to = from + 1;
    while (word !== undefined && to < tokens.length && tokens[to]!.word === word) to++;
    words.push([from, to]);
    from = to;
  }
  return words;
}

/** `text`: the prompt, for words whose characters are cut in pieces. */
export function wordTokens(tokens: readonly Token[], words: readonly Word[], text = ''): readonly Token[] {
  return words.map(([from, to]) => {
    const parts = tokens.slice(from, to);
    const spelled = parts.map(({ piece }) => piece.replace(/^##/, '')).join('');
    const piece = parts.some(({ partial }) => partial) ? (written(parts, text) ?? spelled) : spelled;
    return { ...parts.at(-1)!, piece, unknown: parts.some(({ unknown }) => unknown) };
  });
}

/** The word as it stands in the prompt; null: its place is not known. */
function written(parts: readonly Token[], text: string): string | null {
  const ranges = parts.flatMap(({ range }) => (range === undefined ? [] : [range]));
  if (ranges.length === 0) return null;
  const start = Math.min(...ranges.map(([from]) => from));
  return text.slice(start, Math.max(...ranges.map(([, to]) => to))).replaceAll(' ', '␣') || null;
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
