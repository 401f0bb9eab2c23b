// Prints the name of the WebGPU adapter that a page finds in the browser, or one sentence and exit code 1.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser, launchArgs } from './browser.mjs';
import { serve } from './server.mjs';

const folder = mkdtempSync(join(tmpdir(), 'tensorscope-page-'));
writeFileSync(join(folder, 'index.html'), '<title>adapter</title>');
const server = await serve({ folder });
const executablePath = findBrowser();
try {
  const browser = await chromium.launch({ executablePath, args: launchArgs });
  const page = await browser.newPage();
  await page.goto(server.url);
  const name = await page.evaluate(async () => {
    const info = (await navigator.gpu?.requestAdapter())?.info;
    return info && (info.description || `${info.vendor} ${info.architecture}`);
  });
  console.log(
    name ?? `${executablePath} finds no WebGPU adapter; set CHROMIUM to a Chrome or Chromium that has WebGPU.`,
  );
  process.exitCode = name ? 0 : 1;
  await browser.close();
} catch (error) {
  console.log(`${executablePath} does not start: ${error.message.split('\n')[0]}`);
  process.exitCode = 1;
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}
