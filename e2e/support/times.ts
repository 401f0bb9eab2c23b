// Measured for the record, never asserted: when the first picture and the live result were on the screen, and how long a click took to the
// slice. Written to test-results/times.json and, in one line, to the console.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from './test.ts';

/** Before the page is opened: notes the moments at which things first appear, in milliseconds since the navigation. */
export async function watchTimes(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: Record<string, number> = {};
    const note = (name: string) => {
      // The frame after the change is the one that shows it.
      if (!(name in seen)) {
        seen[name] = Number.NaN;
        requestAnimationFrame(() => setTimeout(() => Object.assign(seen, { [name]: performance.now() })));
      }
    };
    Object.assign(globalThis, { timesSeen: seen });
    new MutationObserver(() => {
      if (document.querySelector('[role=grid] canvas')) note('first picture');
      if (document.documentElement?.dataset.state === 'ready') note('live result');
      const tiles = document.querySelectorAll<HTMLCanvasElement>('.view-tile canvas');
      if (tiles.length > 0 && [...tiles].every(({ width }) => width > 0)) note('slice');
    }).observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-state', 'width'],
    });
    addEventListener(
      'click',
      ({ target }) => {
        if (target instanceof Element && target.closest('[role=tab]')?.textContent === '3-D slice') {
          seen['slice clicked'] = performance.now();
          delete seen.slice;
        }
      },
      true,
    );
  });
}

export async function readTimes(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => ({ ...(globalThis as unknown as { timesSeen: Record<string, number> }).timesSeen }));
}

export function reportTimes(times: Record<string, number | string>): void {
  mkdirSync('test-results', { recursive: true });
  writeFileSync('test-results/times.json', `${JSON.stringify(times)}\n`);
  console.log(`measured: ${JSON.stringify(times)}`);
}
