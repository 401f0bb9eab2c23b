// The room for comparisons: two prompts of one model, swapped, as a link; two models; what goes wrong stays on its side. On the float64 reference.
import { grid, numberIn, numbers, open, picture, ready, shortReference, tokens } from './support/page.ts';
import { expect, test } from './support/test.ts';

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
