import { describe, expect, test } from 'vitest';
import { alignTokens } from './align';

const tokens = (text: string) => text.split(' ').map((piece) => ({ piece }));
const shown = (left: string, right: string) =>
  alignTokens(tokens(left), tokens(right)).map(({ left, right, same }) => `${left}${same ? '=' : '~'}${right}`);

describe('alignTokens', () => {
  test('the same prompt is paired with itself', () => {
    expect(shown('a b c', 'a b c')).toEqual(['0=0', '1=1', '2=2']);
  });

  test('a replaced word stays a pair', () => {
    expect(shown('a mary b', 'a john b')).toEqual(['0=0', '1~1', '2=2']);
  });

  test('an added word has no partner, and the rest moves along', () => {
    expect(shown('a b c', 'a very b c')).toEqual(['0=0', '1=2', '2=3']);
    expect(shown('a very b c', 'a b c')).toEqual(['0=0', '2=1', '3=2']);
  });

  test('nothing in common: pairs by position, the rest alone', () => {
    const pairs = alignTokens(tokens('a b'), tokens('x y z'));
    expect(pairs).toHaveLength(2);
    expect(pairs.every(({ same }) => !same)).toBe(true);
  });

  test('positions rise on both sides, whatever the words', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    for (let trial = 0; trial < 50; trial++) {
      const words = () => Array.from({ length: 1 + random(12) }, () => ({ piece: 'abc'[random(3)]! }));
      const pairs = alignTokens(words(), words());
      for (let at = 1; at < pairs.length; at++) {
        expect(pairs[at]!.left).toBeGreaterThan(pairs[at - 1]!.left);
        expect(pairs[at]!.right).toBeGreaterThan(pairs[at - 1]!.right);
      }
    }
  });
});
