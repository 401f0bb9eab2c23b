// The room for comparisons: two prompts of one model, swapped, as a link; two models; what goes wrong stays on its side. On the float64 reference.
import { violations } from './support/axe.ts';
import { grid, numberIn, numbers, open, picture, ready, shortReference, tokens } from './support/page.ts';
import { expect, type Locator, test } from './support/test.ts';

const other = (text: string) => `&other=${encodeURIComponent(text)}`;

test('two prompts side by side: rows, difference map, swap, link', async ({ page }) => {
  await open(page, shortReference);
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('textbox', { name: 'Right prompt' }).fill('people in arkeby speak');
  await page.getByRole('button', { name: 'Run right' }).click();
  await expect(grid(page, 'Right − left')).toBeVisible();
  const right = page.getByRole('group', { name: 'Right tokens' }).getByRole('button');
  await expect(right).toHaveText([/^\[BOS\]/, /^people/, /^in/, /arkeby/, /^speak/]);

  // The table of the difference is right − left, entry by entry.
  const shown = async (name: string) =>
    (await numbers(picture(page, name))).rows.map(([, ...cells]) =>
      cells.map((text) => (text === '' ? 0 : numberIn(text))),
    );
  const [a, b, d] = [await shown('Left'), await shown('Right, '), await shown('Right − left')];
  const worst = Math.max(...d.flatMap((line, i) => line.map((value, j) => Math.abs(b[i]![j]! - a[i]![j]! - value))));
  const size = Math.max(...a.flat().map(Math.abs));
  expect(worst).toBeLessThan(0.01 * size); // three digits are shown

  const link = page.url();
  await page.getByRole('button', { name: 'Swap sides' }).click();
  await ready(page);
  await expect(page.getByRole('group', { name: 'Left tokens' }).getByRole('button').nth(3)).toHaveText(/arkeby/);
  await page.goto('about:blank');
  await page.goto(link);
  await expect(grid(page, 'Right − left')).toBeVisible();
  await expect(page.getByRole('table', { name: 'Rows side by side' })).toContainText('iverton');

  await page.getByRole('link', { name: 'Analysis' }).click();
  await ready(page);
  await expect(tokens(page)).toHaveCount(5);
});

test('an error of the right side stays there, and the left one stays usable', async ({ page }) => {
  await page.goto(`/${shortReference}&room=compare${other(`prompt=${'john '.repeat(90).trim()}`)}`);
  await expect(page.getByRole('alert')).toContainText(/Right side: .*91 tokens/);
  await expect(page.getByRole('group', { name: 'Left tokens' }).getByRole('button')).toHaveCount(5);
  await page.getByRole('button', { name: 'Make them the same' }).click();
  await expect(grid(page, 'Right − left')).toBeVisible();
  await expect(page.getByText('Both sides are the same so far')).toBeVisible();
});

test('Two pictures side by side: rows over them on one scale, their difference, the link, and a file of one’s own', async ({
  page,
}) => {
  await open(page, '#v=1&device=reference&model=tiny-shapes&image=red-square.png&room=compare');
  const right = page.getByRole('combobox', { name: 'Right picture' });
  await expect(right).toHaveValue('~red-square.png');
  await right.selectOption('blue-cross.png');
  const target = page.getByRole('combobox', { name: 'Right target' });
  await expect(target).toContainText('blue cross (top prediction)');
  await expect(page.getByRole('combobox', { name: 'Left target' })).toContainText('red square (top prediction)');
  const [left, other] = ['Left picture', 'Right picture'].map((name) => page.getByRole('figure', { name }));
  const between = page.getByRole('figure', { name: 'Right − left, over the right picture' });
  const values = async (figure: Locator) => (await numbers(figure)).rows.map(([, value]) => Number(value));
  const [a, b, c] = [await values(left!), await values(other!), await values(between)];
  expect(a).toHaveLength(65);
  for (const [at, value] of c.entries()) expect(value).toBeCloseTo(b[at]! - a[at]!, 2);
  expect(Math.max(...c.map(Math.abs))).toBeGreaterThan(1);
  expect(decodeURIComponent(page.url())).toContain('image=blue-cross.png');

  await page.getByLabel('Right picture file').setInputFiles('public/models/tiny-shapes/red-square.png');
  await expect(target).toContainText('red square (top prediction)');
  await expect(right).toHaveValue(/^[0-9a-f]{32}~red-square\.png$/);
  // The same pixels under another name: nothing differs.
  await expect(async () => expect(Math.max(...(await values(between)).map(Math.abs))).toBeLessThan(1e-3)).toPass();
  expect(await violations(page)).toEqual([]);
});

test('A test of many prompts goes on while two prompts are compared, and neither is answered about the other’s run', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await open(page, `${shortReference}&tab=faithfulness&study=set&rankings=in_class:centred,recency`);
  await page.getByLabel('Sentences of each family').selectOption('2');
  await page.getByRole('button', { name: 'Compute', exact: true }).click();
  await expect(page.getByText(/^prompt \d+ of 10/)).toBeVisible();
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.getByRole('textbox', { name: 'Right prompt' }).fill('people in lunden speak');
  await page.getByRole('button', { name: 'Run right' }).click();
  await expect(page.getByRole('grid', { name: 'Right, Tensor, in+out' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Right tokens' }).getByRole('button')).toHaveCount(5);
  await page.getByRole('link', { name: 'Analysis' }).click();
  await expect(page.getByText(/^prompt \d+ of 10/).or(page.getByRole('table', { name: /: areas/ }))).toBeVisible();
  await expect(page.getByText(/^Cancelled/)).toHaveCount(0);
  await expect(page.getByRole('table', { name: /: areas/ })).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText(/Means over \d+ prompts/)).toBeVisible();
});
