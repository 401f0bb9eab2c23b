import { afterEach, expect, test, vi } from 'vitest';
import type { Progress } from './protocol';
import { sparsely } from './sparsely';

afterEach(() => vi.restoreAllMocks());

const at = (share: number, name = 'attention flow'): Progress => ({ name, share, plan: null });

test('the first report, one an interval, another work at once, and the last', () => {
  let now = 5000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const seen: string[] = [];
  const report = sparsely(({ name, share }) => seen.push(`${name} ${share}`));
  for (let step = 0; step < 50; step++) {
    report(at(step / 100)); // every 12 ms: up to 588 ms
    now += 12;
  }
  const shares = seen.map((line) => Number(line.split(' ').at(-1)));
  expect(shares).toEqual([0, 0.09, 0.18, 0.27, 0.36, 0.45]);
  report(at(0, 'norm map'));
  report(at(0.1, 'norm map'));
  report(at(1, 'norm map'));
  expect(seen.slice(6)).toEqual(['norm map 0', 'norm map 1']);
});
