import { afterEach, describe, expect, it, vi } from 'vitest';
import * as tasks from '../../tensor/nextTask';
import { drawLater } from './drawLater';

describe('drawing later', () => {
  afterEach(() => vi.restoreAllMocks());

  it('does every job once, in order, and not at once', async () => {
    const done: number[] = [];
    for (const job of [1, 2, 3]) drawLater(() => done.push(job));
    expect(done).toEqual([]);
    await vi.waitFor(() => expect(done).toEqual([1, 2, 3]));
  });

  it('gives the page a turn when jobs have taken more than 8 milliseconds', async () => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    const turns = vi.spyOn(tasks, 'nextTask');
    const turnOf: number[] = [];
    for (let job = 0; job < 5; job++) {
      drawLater(() => {
        clock += 5;
        turnOf.push(turns.mock.calls.length);
      });
    }
    for (let task = 0; task < 10 && turnOf.length < 5; task++) await new Promise(setImmediate);
    expect(turnOf).toEqual([1, 1, 2, 2, 3]);
  });

  it('leaves out what was taken back', async () => {
    const done: number[] = [];
    const takeBack = drawLater(() => done.push(1));
    drawLater(() => done.push(2));
    takeBack();
    await vi.waitFor(() => expect(done).toEqual([2]));
  });
});
