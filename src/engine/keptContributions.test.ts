// What stays on the device within a number of bytes: the least recently used goes first, and nothing goes while it is in use.

import { expect, test } from 'vitest';
import { createReferenceBackend } from './backends/reference';
import { createKeptContributions } from './keptContributions';

function setUp(allowed: number) {
  const backend = createReferenceBackend();
  const kept = createKeptContributions(backend, allowed);
  const put = (to: number, numbers: number, from = 0) => {
    const data = backend.zeros([1, 1, numbers], 'z');
    const z = { firstToken: 0, tokens: 1, columns: 1, channels: numbers, data };
    kept.put({ key: key(to, from), chunks: [{ firstSource: 0, z }] });
  };
  return { backend, kept, put };
}
const key = (to: number, from = 0) => ({ from, to, gateRule: 'half' }) as const;

test('the range that ends last, not after the one asked for, is found', () => {
  const { kept, put } = setUp(1000);
  put(1, 2);
  put(3, 2);
  expect(kept.find(key(2))?.key.to).toBe(1);
  expect(kept.find(key(3))?.key.to).toBe(3);
  expect(kept.find(key(9))?.key.to).toBe(3);
  expect(kept.find(key(9, 1))).toBeNull();
  expect(kept.find({ ...key(3), gateRule: 'up' })).toBeNull();
});

test('the least recently used goes when the bytes are used up', () => {
  const { backend, kept, put } = setUp(80);
  put(3, 5, 0); // 40 bytes in float64
  put(3, 5, 1);
  kept.borrow(key(3, 0))!.release();
  put(3, 5, 2);
  expect(kept.find(key(3, 1))).toBeNull();
  expect(kept.find(key(3, 0))).not.toBeNull();
  expect(backend.memory().live).toBe(80);
  expect(kept.allows(81)).toBe(false);
});

test('what is in use is freed when it is given back, and only once', () => {
  const { backend, kept, put } = setUp(80);
  put(3, 10);
  const borrowed = kept.borrow(key(3))!;
  kept.makeRoom(80);
  expect(kept.find(key(3))).toBeNull();
  expect(backend.memory().live).toBe(80);
  borrowed.release();
  borrowed.release();
  expect(backend.memory().live).toBe(0);
});

test('clearing frees everything', () => {
  const { backend, kept, put } = setUp(800);
  for (let from = 0; from < 5; from++) put(5, 4, from);
  kept.clear();
  expect(backend.memory().live).toBe(0);
});
