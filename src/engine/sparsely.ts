// Progress at a pace that the page can draw: work that gives way every frame would otherwise have the page do nothing but write percentages.

import type { Progress } from './protocol';

/** Milliseconds between two reports of the same work. */
const interval = 100;

/** Passes on the first report of a work, its last (share 1), and in between one an interval. */
export function sparsely(report: (progress: Progress) => void): (progress: Progress) => void {
  let name: string | null = null;
  let next = 0;
  return (progress) => {
    const now = performance.now();
    if (progress.name === name && progress.share < 1 && now < next) return;
    name = progress.name;
    next = now + interval;
    report(progress);
  };
}
