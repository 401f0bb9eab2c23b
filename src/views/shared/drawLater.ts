// Drawing that would take long in one go: jobs in the order in which they were asked for, a few milliseconds at a time, so that the page answers in
// between. For many small pictures; one picture is one job.

import { nextTask } from '../../tensor/nextTask';

/** Milliseconds of drawing before the page gets a turn. */
const turn = 8;
const jobs = new Set<() => void>();
let drawing = false;

/** Draws in a later task. Returns a function that takes the job back, if it has not been done. */
export function drawLater(job: () => void): () => void {
  jobs.add(job);
  if (!drawing) void drawAll();
  return () => jobs.delete(job);
}

async function drawAll(): Promise<void> {
  drawing = true;
  while (jobs.size > 0) {
    await nextTask();
    const started = performance.now();
    for (const job of jobs) {
      jobs.delete(job);
      try {
        job();
      } catch (error) {
        reportError(error); // the others are drawn all the same
      }
      if (performance.now() - started > turn) break;
    }
  }
  drawing = false;
}
