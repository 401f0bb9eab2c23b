// The `test` of every spec here: as Playwright's, and every page of every test must stay quiet: no uncaught error, no warning in the console,
// no request that leaves localhost. A test that provokes console messages says which ones with `test.use({ provoked: /…/ })`.
import { type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test';

interface Fixtures {
  /** Console messages that the test itself causes, such as those of a file that it keeps from loading. */
  provoked: RegExp | null;
  quiet: (page: Page) => void;
}

export const test = base.extend<Fixtures>({
  provoked: [null, { option: true }],
  quiet: [
    async ({ context, provoked }, use) => {
      const complaints: string[] = [];
      const listen = (page: Page) => {
        page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
        page.on('console', (message) => {
          const text = message.text();
          if (['warning', 'error', 'assert'].includes(message.type()) && !provoked?.test(text)) {
            complaints.push(`${message.type()}: ${text}`);
          }
        });
        page.on('request', (request) => {
          const { protocol, hostname } = new URL(request.url());
          if (/^http|^ws/.test(protocol) && hostname !== 'localhost') complaints.push(`request to ${request.url()}`);
        });
      };
      context.on('page', listen);
      await use(listen);
      expect(complaints, 'warnings, errors and requests that leave localhost').toEqual([]);
    },
    { auto: true },
  ],
});

export type { Locator } from '@playwright/test';
export { type Browser, type BrowserContext, expect, type Page };
