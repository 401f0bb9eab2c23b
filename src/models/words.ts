// Words of a text, and which word every token belongs to: by the boundaries of Unicode (with dictionaries for scripts without spaces), not by the marks
// of a vocabulary.

import type { Placed } from './offsets';

/** Starts of the words of a text; blanks and punctuation are words of their own. Without Intl.Segmenter: cut at blanks. */
function boundaries(text: string): readonly number[] {
  if (!('Segmenter' in Intl)) return [...text.matchAll(/\S+|\s+/g)].map(({ index }) => index);
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].map(({ index }) => index);
}

/**
 * A number for every token: neighbours with the same number make one word. A token that reaches over several words joins them; a token that stands for
 * nothing of the text is alone.
 */
export function wordsOfTokens(text: string, tokens: readonly Placed[]): number[] {
  const starts = boundaries(text);
  const wordAt = (at: number): number => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low;
  };
  let number = -1;
  let lastWord = -1;
  return tokens.map(({ range }) => {
    if (range === null) {
      lastWord = -1;
      return ++number;
    }
    const piece = text.slice(...range);
    const visible = range[0] + (piece.trim() === '' ? 0 : piece.length - piece.trimStart().length);
    const [first, last] = [wordAt(visible), wordAt(Math.max(visible, range[0] + piece.trimEnd().length - 1))];
    if (first !== lastWord) number++;
    lastWord = last;
    return number;
  });
}
