// The embedded image model: chosen in the picker, it opens with its own picture, stored and then live, explained at the class token.
import { explained, fidelity, open, ready } from './support/page.ts';
import { expect, test } from './support/test.ts';

test('The image model opens with its first picture, and says what the picture shows', async ({ page }) => {
  await open(page);
  await page.getByRole('combobox', { name: 'Model' }).selectOption('tiny-shapes');
  await expect(page.getByRole('figure', { name: /^Picture, / })).toBeVisible();
  await expect(explained(page)).toContainText('red square');
  await ready(page);
  await expect(explained(page)).toContainText('red square');
  const complete = Number(/complete\s+([\d.e+-]+)/.exec(await fidelity(page).innerText())?.[1]);
  expect(complete).toBeLessThanOrEqual(1e-5);
});
