// How tests start their browser. For the page on a machine without WebGPU a test file says, at its top level, `test.use({ launchOptions: withoutWebGpu })`.
// The default, with WebGPU, is in playwright.config.ts.
import type { LaunchOptions } from '@playwright/test';
import { findBrowser, launchArgs, launchArgsWithoutWebGpu } from '../../scripts/lib/browser.mjs';

const browser = findBrowser();
if (!browser) {
  throw new Error(
    'No Chromium was found: run "npm test -- e2e", which installs one, or "npx playwright install chromium".',
  );
}

export const withWebGpu: LaunchOptions = { executablePath: browser, args: launchArgs };
export const withoutWebGpu: LaunchOptions = { executablePath: browser, args: launchArgsWithoutWebGpu };
