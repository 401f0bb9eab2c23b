import { expect, test } from 'vitest';
import { holdingBeside } from './besidePlace';

const after = (turns: number) => new Promise<void>((done) => setTimeout(done, turns));

test('one after another, in the order in which they asked, and only those who wait are told', async () => {
  const engine = {};
  const seen: string[] = [];
  const ask = (name: string, turns: number) =>
    holdingBeside(
      engine,
      new AbortController().signal,
      () => seen.push(`${name} waits`),
      async () => {
        seen.push(`${name} begins`);
        await after(turns);
        seen.push(`${name} ends`);
        return name;
      },
    );
  expect(await Promise.all([ask('a', 6), ask('b', 1), ask('c', 1)])).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual([
    'b waits',
    'c waits',
    ...['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  ]);
  seen.length = 0;
  await ask('d', 1);
  expect(seen).toEqual(['d begins', 'd ends']);
});

test('who is stopped while waiting never begins, and who fails lets the next one in', async () => {
  const engine = {};
  const never = new AbortController();
  const signal = new AbortController().signal;
  const failing = holdingBeside(
    engine,
    signal,
    () => {},
    async () => {
      await after(4);
      throw new Error('it broke');
    },
  );
  let began = false;
  const stopped = holdingBeside(
    engine,
    never.signal,
    () => {},
    async () => {
      began = true;
    },
  );
  const last = holdingBeside(
    engine,
    signal,
    () => {},
    async () => 'in',
  );
  never.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  await expect(failing).rejects.toThrow('it broke');
  expect(await last).toBe('in');
  expect(began).toBe(false);
});

test('engines have places of their own', async () => {
  let waited = 0;
  const hold = (engine: object) =>
    holdingBeside(
      engine,
      new AbortController().signal,
      () => waited++,
      () => after(1),
    );
  await Promise.all([hold({}), hold({})]);
  expect(waited).toBe(0);
});
