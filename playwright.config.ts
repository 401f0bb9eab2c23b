import { defineConfig } from '@playwright/test';
import { withWebGpu } from './e2e/support/launch.ts';

// End-to-end tests: the built page (dist/, see `npm run build`) in real Chromium with WebGPU. One worker unless told otherwise, since a software GPU takes every
// core.
// Two projects: `page`, and `real` on large published models (`npm run test:real`, which fetches them).
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    baseURL: `http://localhost:${process.env.TENSORSCOPE_PORT}/`,
    launchOptions: withWebGpu,
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: 1,
    trace: 'off',
  },
  projects: [
    { name: 'page', testIgnore: 'real/**' },
    { name: 'real', testMatch: 'real/**/*.spec.ts', timeout: 900_000, expect: { timeout: 300_000 } },
  ],
  webServer: {
    command: 'node scripts/start.mjs --serve-only',
    wait: { stdout: /http:\/\/localhost:(?<TENSORSCOPE_PORT>\d+)\// },
  },
});
