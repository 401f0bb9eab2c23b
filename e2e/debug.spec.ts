// `?debug=1`: what every answer took, its kernels and their WGSL; and nothing of it without.
import { violations } from './support/axe.ts';
import { open, ready, shortPrompt, shortReference, tokens } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const panel = (page: Page) => page.getByRole('region', { name: 'Debug' });
const answer = (page: Page, name: string) =>
  panel(page)
    .getByRole('listitem')
    .filter({ has: page.getByText(name, { exact: true }) })
    .first();
const link = `#v=1&prompt=${shortPrompt.replaceAll(' ', '+')}`;

test('Every answer tells its plan, its kernels with their time on the device, and their WGSL, by keyboard too', async ({
  page,
}) => {
  await page.goto(`/?debug=1${link}`);
  await ready(page);
  const map = answer(page, 'map in_out');
  await expect(map).toContainText(/plan [\d.]+ MFLOP, [\d.]+ [kM]B, expected/);
  await expect(map).toContainText(/took [\d.]+ m?s/);
  await expect(map).toContainText(/\d+ dispatches, [\d.]+ ms on the device/);
  await map.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect(map).toContainText('"map":"in_out"');
  const kernels = map.getByRole('region', { name: 'Kernels of map in_out' });
  const rows = kernels.getByRole('row');
  const counts = await rows.evaluateAll((all) => all.slice(1).map((row) => Number(row.children[1]?.textContent)));
  const said = Number(/(\d+) dispatches/.exec(await map.locator('summary').innerText())?.[1]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(said);
  const kernel = kernels.getByRole('button').first();
  const name = await kernel.innerText();
  await kernel.focus();
  await page.keyboard.press('Enter');
  await expect(kernel).toHaveAttribute('aria-expanded', 'true');
  await expect(map.getByRole('region', { name: `${name}.wgsl` })).toContainText(`fn ${name}(`);

  // The page goes on as ever, and so does its link.
  await tokens(page).nth(2).click();
  await ready(page);
  await expect(answer(page, 'row')).toContainText('dispatches');
  expect(page.url()).toContain('?debug=1#v=1');
  expect(page.url()).toContain('pin=2');
});

test('The reference tells its times and that it has no kernels; axe finds nothing serious', async ({ page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`/?debug=1${shortReference}`);
    await ready(page);
    const run = answer(page, 'run');
    await expect(run).toContainText('on the CPU');
    await run.locator('summary').click();
    await expect(run).toContainText('no kernels');
    expect(await violations(page)).toEqual([]);
  }
});

test('Without it nothing of it is there or loaded', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await open(page, shortReference);
  await expect(panel(page)).toHaveCount(0);
  expect(asked.filter((url) => /debug|traced|profile|answers/i.test(url))).toEqual([]);
});
