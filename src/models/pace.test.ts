import { expect, test } from 'vitest';
import { createPace, describeTime } from './pace';

test('speed and time left are told once a second has been measured, over the last seconds', () => {
  let time = 0;
  const pace = createPace(() => time);
  const at = (seconds: number, megabytes: number, file = 'a') => {
    time = 1000 * seconds;
    return pace(file, 1e6 * megabytes, 100e6);
  };
  expect(at(0, 0)).toBe('');
  expect(at(0.5, 4)).toBe('');
  expect(at(1, 8)).toBe(' · 8 MB/s, 12 s left');
  for (let second = 2; second <= 10; second++) at(second, 8);
  expect(at(11, 8)).toBe(''); // nothing came for long: there is no speed to tell
  expect(at(12, 18)).toBe(' · 2 MB/s, 41 s left');
  expect(at(12.5, 20, 'b')).toBe('');
  expect(at(14, 23, 'b')).toBe(' · 2 MB/s, 39 s left');
  expect(at(15, 100, 'b')).toMatch(/ · 32 MB\/s$/);
});

test('times', () =>
  expect([0.2, 59, 61, 200, 8000].map(describeTime)).toEqual(['1 s', '59 s', '1 min', '3 min', '2 h']));
