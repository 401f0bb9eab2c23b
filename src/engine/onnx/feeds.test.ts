import { describe, expect, test } from 'vitest';
import { feedsFor } from './feeds';

const ids = [5, 7, 9];
const tokens = { type: 'int64', shape: ['batch_size', 'sequence_length'] } as const;

describe('feedsFor', () => {
  test('gives an encoder ids, a mask of ones and one segment', () => {
    const feeds = feedsFor(
      [
        { name: 'input_ids', ...tokens },
        { name: 'attention_mask', ...tokens },
        { name: 'token_type_ids', ...tokens },
      ],
      ids,
    );
    expect([...feeds].map(([name, { data, dims }]) => [name, [...data].map(Number), dims])).toEqual([
      ['input_ids', [5, 7, 9], [1, 3]],
      ['attention_mask', [1, 1, 1], [1, 3]],
      ['token_type_ids', [0, 0, 0], [1, 3]],
    ]);
  });

  test('gives a decoder positions and an empty cache of keys and values', () => {
    const feeds = feedsFor(
      [
        { name: 'position_ids', ...tokens },
        { name: 'past_key_values.0.key', type: 'float32', shape: ['batch_size', 3, 'past_sequence_length', 64] },
        { name: 'use_cache_branch', type: 'bool', shape: [1] },
      ],
      ids,
    );
    expect([...feeds.get('position_ids')!.data]).toEqual([0n, 1n, 2n]);
    expect(feeds.get('past_key_values.0.key')).toMatchObject({ dims: [1, 3, 0, 64], data: new Float32Array(0) });
    expect([...feeds.get('use_cache_branch')!.data]).toEqual([0]);
  });

  test('gives an image model its pixels, with a batch of one', () => {
    const pixels = { shape: [3, 2, 2], data: new Float32Array(12) };
    const feeds = feedsFor([{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, 'h', 'w'] }], pixels);
    expect(feeds.get('pixel_values')).toEqual({ type: 'float32', data: pixels.data, dims: [1, 3, 2, 2] });
  });

  test.each([
    [{ name: 'speaker', type: 'int64', shape: [1] }],
    [{ name: 'input_ids', type: 'int32', shape: [1, 3] }],
    [{ name: 'pixel_values', type: 'float32', shape: [1, 3, 2, 2] }],
  ])('refuses what it does not know, by name: %j', (input) => {
    expect(() => feedsFor([input], ids)).toThrow(`an input “${input.name}” (${input.type})`);
  });
});
