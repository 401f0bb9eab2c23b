// When a device is measured (how: calibrate.ts): once, while nothing else is asked of it, after the first answer. A question that comes in between
// stops the measurement, which is tried again in the next pause. What was measured is kept for the same adapter as long as this worker lives.

import type { Backend } from '../program/backend';
import type { DeviceRates } from '../program/costModel';
import { calibrate } from './calibrate';

/** A pause this long means that the page has what it wanted, in milliseconds. */
const pause = 400;
/** A price is told without seconds rather than later than this, in milliseconds. */
const patience = 2000;

export interface RatesKeeper {
  /** null: not measured yet. */
  rates(): DeviceRates | null;
  /** A question that was priced at so many seconds has taken so many: later prices follow. */
  learn(priced: number, took: number): void;
  /** Called when a question begins; the returned function when it ends. */
  begin(): () => void;
  /** Measures now, or waits a short time for a quiet moment; null when there was none. */
  measured(): Promise<DeviceRates | null>;
  dispose(): void;
}

const known = new Map<string, DeviceRates>();

/** Shorter questions are mostly what is not priced, in seconds. */
const shortestLesson = 0.02;
/** Share of the newest question in the pace; one answer may have been disturbed. */
const lessonWeight = 0.5;
const mostPace = 16;

/** The rates after a question that was priced by them: their pace goes a part of the way, in ratios. */
export function taught(rates: DeviceRates, priced: number, took: number): DeviceRates {
  if (!(priced > 0) || !(took >= shortestLesson)) return rates;
  const pace = (rates.pace ?? 1) * (took / priced) ** lessonWeight;
  return { ...rates, pace: Math.min(mostPace, Math.max(1 / mostPace, pace)) };
}

/** `key`: the adapter's name and how it stores weights. `tune`: another measurement, for which there is time once the rates are known. */
export function createRatesKeeper(
  backend: Backend,
  key: string,
  tune?: (signal: AbortSignal) => Promise<void>,
): RatesKeeper {
  let tuned = tune === undefined;
  let questions = 0;
  let disposed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let underWay: { readonly abort: AbortController; readonly done: Promise<void> } | null = null;

  function start(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const abort = new AbortController();
    const done = work(abort.signal).catch(() => {}); // stopped, or the device failed: whoever asks it next is told
    const measurement = {
      abort,
      done: done.then(() => {
        if (underWay === measurement) underWay = null;
      }),
    };
    underWay = measurement;
    return measurement.done;
  }

  const measure = () =>
    start(async (signal) => {
      known.set(key, await calibrate(backend, signal));
    });

  async function useThePause(): Promise<void> {
    if (!known.has(key)) await (underWay?.done ?? measure());
    if (!known.has(key) || tuned || questions > 0 || disposed || underWay) return;
    await start(async (signal) => {
      await tune?.(signal);
      tuned = true;
    });
  }

  return {
    rates: () => known.get(key) ?? null,
    learn(priced, took) {
      const rates = known.get(key);
      if (rates && questions <= 1) known.set(key, taught(rates, priced, took)); // beside another question it says little
    },
    begin() {
      questions++;
      clearTimeout(timer);
      underWay?.abort.abort();
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        questions--;
        clearTimeout(timer);
        if (questions > 0 || disposed || (known.has(key) && tuned)) return;
        timer = setTimeout(() => void useThePause(), pause);
      };
    },
    async measured() {
      const start = performance.now();
      while (!known.has(key) && !disposed && performance.now() - start < patience) {
        if (underWay) await underWay.done;
        else if (questions === 0) await measure();
        else await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return known.get(key) ?? null;
    },
    dispose() {
      disposed = true;
      clearTimeout(timer);
      underWay?.abort.abort();
    },
  };
}
