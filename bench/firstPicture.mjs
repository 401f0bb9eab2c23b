// The `paint` bench: how long after the navigation the stored example's picture is on the screen, in the product's own build, served from localhost. Cold:
// the HTTP cache is emptied before every navigation. One tab, used before, so that what a browser does at its start is in no figure.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/lib/run.mjs';
import { serve } from '../scripts/lib/server.mjs';

/** The project's bar, in milliseconds. */
const bar = 500;
/** Left for the tab to come to rest, in milliseconds. */
const pause = 1500;

/** Runs in the page before its own scripts: notes when things are first on the screen, in milliseconds since the navigation. */
function watch() {
  const seen = {};
  const note = (name) => {
    if (name in seen) return;
    seen[name] = Number.NaN;
    // The frame after the change is the one that shows it.
    requestAnimationFrame(() => setTimeout(() => Object.assign(seen, { [name]: performance.now() })));
  };
  Object.assign(globalThis, { timesSeen: seen });
  new MutationObserver(() => {
    const canvas = document.querySelector('[role=grid] canvas');
    if (canvas && canvas.width !== 300) note('picture'); // 300: nothing has been drawn on it yet
    if (document.documentElement?.dataset.state === 'ready') note('live');
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state', 'width'] });
}

const rounded = (value) => Math.round(value);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const range = (values) => [rounded(Math.min(...values)), rounded(Math.max(...values))];

/** @param {{ only: string, rounds: number }} options */
export async function measureFirstPicture({ only, rounds }, report) {
  const caches = ['cold', 'warm'].filter((cache) => `paint ${cache}`.includes(only));
  if (caches.length === 0) return;
  const { ensureBrowser, launchArgs } = await import('../scripts/lib/browser.mjs');
  const executablePath = await ensureBrowser();
  const { chromium } = await import('@playwright/test');
  const { build } = await import('vite');
  const folder = mkdtempSync(join(tmpdir(), 'tensorscope-paint-'));
  let server;
  let browser;
  try {
    await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
    server = await serve({ folder });
    browser = await chromium.launch({ executablePath, args: launchArgs });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(watch);
    const tools = await context.newCDPSession(page);
    const isLive = () => page.waitForFunction(() => !Number.isNaN(globalThis.timesSeen.live ?? Number.NaN));
    await page.goto(server.url);
    await isLive();
    for (const cache of caches) {
      const times = [];
      for (let round = 0; round < rounds; round++) {
        await page.goto('about:blank');
        if (cache === 'cold') await tools.send('Network.clearBrowserCache');
        await page.waitForTimeout(pause);
        await page.goto(server.url);
        await isLive();
        times.push(
          await page.evaluate(() => ({
            ...globalThis.timesSeen,
            fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
          })),
        );
      }
      const of = (name) => times.map((each) => each[name]);
      const picture = of('picture');
      await report({
        bench: 'paint',
        case: cache,
        ours: rounded(median(picture)),
        peer: 'bar',
        peer_value: bar,
        ratio: Number((median(picture) / bar).toPrecision(3)),
        unit: 'ms',
        ours_range: range(picture),
        fcp_ms: rounded(median(of('fcp'))),
        fcp_ms_range: range(of('fcp')),
        live_ms: rounded(median(of('live'))),
        live_ms_range: range(of('live')),
        turns: rounds,
        device: 'page',
        place: `Chromium ${browser.version()}`,
      });
    }
  } finally {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true });
  }
}
