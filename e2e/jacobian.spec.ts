// T beside the Jacobian, and other methods in place of T's row: what the page says must hold of the numbers it shows. On the float64 reference.
import { type Numbers, numberIn, numbers, open, pieces, ready, row, shortReference, sum, tab } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const method = (page: Page) => page.getByLabel('Method');
const column = ({ rows }: Numbers, at: number) => rows.map((line) => Number(line[at]));

test('T accounts for the output and J does not; J predicts a change and T does not', async ({ page }) => {
  await open(page, shortReference);
  await tab(page, 'Jacobian').click();
  await ready(page);
  expect(page.url()).toContain('tab=jacobian');
  const norms = region(page, 'Norms of T and J');
  await expect(norms).toContainText(/T adds up: its parts and the biases miss the output by \d(\.\d)?e-\d+ /);
  await expect(norms).toContainText(/J does not: it misses by \d+(\.\d+)? %/);

  const rows = region(page, 'Rows side by side');
  await expect(rows.getByRole('columnheader').nth(1)).toHaveText(/^T: logit/);
  await expect(rows.getByRole('columnheader').nth(2)).toHaveText(/^J: logit/);

  const remainder = region(page, 'Remainder under a change of the input');
  const said = (await remainder.getByRole('img').getAttribute('aria-label')) ?? '';
  const [, ofT, ofJ] = /T leaves grows as \|E\|\^(\S+), what J leaves as \|E\|\^(\S+)\./.exec(said) ?? [];
  expect(Math.abs(Number(ofT) - 1)).toBeLessThan(0.1);
  expect(Math.abs(Number(ofJ) - 2)).toBeLessThan(0.1);

  // The smallest change: what J leaves of it is nothing beside what T leaves.
  const measured = await numbers(remainder);
  const first = measured.rows.slice(0, 3);
  for (const [, , , byT, byJ] of first) expect(Number(byJ)).toBeLessThan(0.1 * Number(byT));

  // A link brings the tab back.
  await page.reload();
  await ready(page);
  await expect(norms).toBeVisible();
});

test('Norms are those of the slices that the tab beside shows', async ({ page }) => {
  await open(page, `${shortReference}&tab=jacobian&pin=4`);
  const norms = await numbers(region(page, 'Norms of T and J').locator('.view-numbers'));
  for (const operator of ['tensor', 'jacobian'] as const) {
    await open(page, `${shortReference}&tab=slice&pin=4&operator=${operator}`);
    await page.reload();
    await ready(page);
    const slice = await numbers(page.getByRole('region', { name: /^3-D slice/ }));
    const at = slice.header.findIndex((name) => name.includes('‖'));
    const expected = column(slice, at);
    for (const [source, value] of column(norms, operator === 'tensor' ? 1 : 2).entries()) {
      expect(Math.abs(value - expected[source]!)).toBeLessThanOrEqual(1e-5 * Math.max(...expected));
    }
  }
});

test('Methods say what they leave over; parts of nothing say so; heavy ones have a price first', async ({ page }) => {
  await open(page, `${shortReference}&direction=logit`);
  await method(page).selectOption('attnlrp');
  await ready(page);
  const shown = await numbers(row(page));
  const parts = shown.rows.slice(0, -2).map(([, value]) => Number(value));
  expect(parts).toHaveLength((await pieces(page)).length);
  const value = (name: string) => Number(shown.rows.find(([head]) => head === name)?.[1]);
  expect(sum(parts) + value('left over')).toBeCloseTo(value('total'), 3); // the table's six digits
  const said = /of the explained number, (\S+): (\S+) left over/.exec(await row(page).innerText());
  expect(numberIn(said![2]!)).toBeCloseTo(value('left over'), 2);
  await expect(row(page)).not.toContainText('✓');
  expect(page.url()).toContain('method=attnlrp');

  await method(page).selectOption('saliency');
  await ready(page);
  await expect(row(page)).toContainText('Parts of nothing');
  await expect(row(page)).not.toContainText('left over');

  await method(page).selectOption('ablation');
  await expect(page.getByText(/The model is run again without each token: \d/)).toBeVisible();
  await page.getByRole('button', { name: 'Compute' }).click();
  await ready(page);
  await expect(row(page)).toContainText('Parts of nothing: each is the effect of leaving out one token');

  await method(page).selectOption('row');
  await ready(page);
  await expect(row(page)).toContainText(/Σ sources .* ✓/);
});

test('A link with a method or an operator that does not exist says so and shows T', async ({ page }) => {
  await open(page, `${shortReference}&method=lime&operator=magic`);
  await expect(page.getByText(/method/).first()).toBeVisible();
  await expect(method(page)).toHaveValue('row');
  await expect(row(page)).toContainText(/Σ sources .* ✓/);
});

test('Another operator builds up in the layers with its own bias share', async ({ page }) => {
  await open(page, `${shortReference}&tab=layers`);
  const layers = page.getByRole('region', { name: /^Layers/ });
  const own = await layers.getByText(/^total [+−]/).innerText();
  await page.getByLabel('Operator').selectOption('attnlrp');
  await ready(page);
  await expect(page.getByText(/what the linearised softmax and the biases absorb is the bias share/)).toBeVisible();
  const other = await layers.getByText(/^total [+−]/).innerText();
  const total = (text: string) => /total (\S+),/.exec(text)?.[1];
  expect(total(other)).toBe(total(own));
  expect(other).not.toBe(own);
});
