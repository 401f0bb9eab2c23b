// `npm run shots -- DIR [STATE…]`: pictures of the page in its named states (shots/states.mjs), made in a real Chromium, as DIR/STATE.png.
// A state that cannot be reached is reported and the others are still written; the exit code is 1 then.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureBrowser, launchArgs, launchArgsWithoutWebGpu } from './lib/browser.mjs';
import { dist, ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { stopChildrenOnExit } from './lib/run.mjs';
import { serve } from './lib/server.mjs';

const desktop = { width: 1440, height: 900 };

/** Opens a fresh browser for one state, brings the page there, and takes the picture. */
async function shoot(chromium, executablePath, url, state, file) {
  const args = state.webgpu === false ? launchArgsWithoutWebGpu : launchArgs;
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({
      viewport: desktop,
      deviceScaleFactor: 1,
      reducedMotion: 'reduce',
      ...state.context,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(url);
    try {
      await state.reach(page);
    } finally {
      await page.screenshot({ path: file, fullPage: state.fullPage === true });
    }
    if (errors.length > 0) throw new Error(`uncaught error in the page: ${errors[0]}`);
  } finally {
    await browser.close();
  }
}

try {
  const [folder, ...wanted] = process.argv.slice(2);
  if (!folder) throw new Error('Usage: npm run shots -- DIR [STATE…]');
  stopChildrenOnExit();
  await ensureInstalled();
  const executablePath = await ensureBrowser();
  await ensureBuilt();
  const { chromium } = await import('@playwright/test');
  const { states } = await import('./shots/states.mjs');
  const unknown = wanted.find((name) => !states.some((state) => state.name === name));
  if (unknown)
    throw new Error(`There is no state "${unknown}"; the states are ${states.map(({ name }) => name).join(', ')}.`);
  mkdirSync(folder, { recursive: true });
  const server = await serve({ folder: dist });
  for (const state of states) {
    if (wanted.length > 0 && !wanted.includes(state.name)) continue;
    const file = resolve(join(folder, `${state.name}.png`));
    try {
      await shoot(chromium, executablePath, server.url, state, file);
      console.log(`${state.name}: ${file}`);
    } catch (error) {
      console.error(`${state.name} failed (${file} shows how far it came): ${error.message}`);
      process.exitCode = 1;
    }
  }
  await server.close();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
