// How long the page's main thread is busy at a stretch, from the browser's own trace. What counts is the processor time of a task, not its duration on
// the clock: on a machine whose cores are all taken (by the software GPU, by other programs) the clock also counts the time in which the task
// waits for a core, which says nothing about the page. Long tasks by the clock, as PerformanceObserver sees them, are told beside it.
import type { Browser, Page } from './test.ts';

export interface BusyTask {
  /** Processor time, in milliseconds. */
  readonly busy: number;
  /** On the clock, in milliseconds. */
  readonly lasted: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number; // µs
  readonly tdur?: number; // µs of the thread
  readonly args?: { readonly name?: string };
}

/** All tasks of the page's main thread while `use` goes on, the busiest first. */
export async function mainThreadTasks(browser: Browser, page: Page, use: () => Promise<void>): Promise<BusyTask[]> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  let trace: Buffer;
  try {
    await use();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threads = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  );
  return traceEvents
    .filter((event) => event.name === 'RunTask' && threads.has(threadOf(event)) && event.tdur !== undefined)
    .map(({ tdur, dur }) => ({ busy: tdur! / 1000, lasted: dur! / 1000 }))
    .sort((a, b) => b.busy - a.busy);
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
