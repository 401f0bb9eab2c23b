// The bytes that the format's own documentation gives for its examples.

import { describe, expect, test } from 'vitest';
import { block, float, integer, joined, text } from './protobuf';

const hex = (pieces: Parameters<typeof joined>[0]) => Buffer.from(joined(pieces)).toString('hex');

describe('protobuf', () => {
  test('an integer above 127 takes two bytes, the lower first', () => {
    expect(hex(integer(1, 150))).toBe('089601');
  });

  test('integers above 32 bits keep all their digits', () => {
    expect(hex(integer(1, 2 ** 35))).toBe('08808080808001');
  });

  test('a text has its length before it', () => {
    expect(hex(text(2, 'testing'))).toBe('120774657374696e67');
  });

  test('a message inside a message', () => {
    expect(hex(block(3, integer(1, 150)))).toBe('1a03089601');
  });

  test('a field number above 15 takes two bytes', () => {
    expect(hex(integer(20, 2))).toBe('a00102');
  });

  test('a float is four bytes, the lowest first', () => {
    expect(hex(float(2, 1))).toBe('150000803f');
  });

  test('a long block: the length of all its pieces', () => {
    expect(joined(block(9, [new Uint8Array(200)], [new Uint8Array(100)]))).toHaveLength(303);
    expect(hex(block(9, [new Uint8Array(300)])).slice(0, 8)).toBe('4aac0200');
  });
});
