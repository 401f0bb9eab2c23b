// The layers: words after every block, from a word to the row that explains it, and going through the blocks. On the float64 reference.
import { numbers, open, ready, row, shortReference, tab } from './support/page.ts';
import { expect, test } from './support/test.ts';

test('a word of the logit lens is explained block by block', async ({ page }) => {
  await open(page, shortReference);
  await tab(page, 'Layers').click();
  const kind = page.getByRole('combobox', { name: 'Blocks', exact: true });
  await kind.selectOption('lens');
  const lens = page.getByRole('region', { name: 'Logit lens' });
  const words = lens.getByRole('button', { name: /^4 blocks, / });
  await expect(words).toHaveCount(5);
  // The keyboard goes over the words and chooses one.
  await words.last().focus();
  await page.keyboard.press('ArrowUp');
  const chosen = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  expect(chosen).toMatch(/^3 blocks, speak/);
  await page.keyboard.press('Enter');
  await ready(page);
  await expect(kind).toHaveValue('upTo');
  await expect(row(page)).toContainText('blocks 0–2');

  const steps = page.getByRole('group', { name: 'Go through the layers' });
  await steps.getByRole('button', { name: 'More blocks' }).click();
  await expect(row(page)).toContainText('blocks 0–3');
  await expect(steps.getByRole('button', { name: 'More blocks' })).toBeDisabled();
  // The row under the picture is the line of the picture.
  const picture = await numbers(page.getByRole('region', { name: /^Layers, / }));
  const line = picture.rows.find(([heading]) => heading?.startsWith('4'))!;
  const shown = await numbers(row(page));
  expect(shown.rows.some((cells) => cells.includes(line[2]!))).toBe(true);
});
