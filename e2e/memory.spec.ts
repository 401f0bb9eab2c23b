// A memory budget: weights that do not fit are read when they are used, and the page says so.
import { numbers, open, picture, ready, shortPrompt, shortReference, status } from './support/page.ts';
import { expect, test } from './support/test.ts';

const onGpu = `#v=1&prompt=${shortPrompt.replaceAll(' ', '+')}&panels=tensor`;

test('A link with a small budget works on the GPU, shows the same picture, and the status says that weights are streamed', async ({
  page,
}) => {
  await open(page, onGpu);
  await expect(status(page)).not.toContainText('streamed');
  const whole = await numbers(picture(page, 'Tensor'));

  await open(page, `${onGpu}&memory=1`);
  await expect(status(page)).toContainText(/weights streamed, up to [\d.]+ kB of 2\.6 MB on the device/);
  expect(await numbers(picture(page, 'Tensor'))).toEqual(whole);
  await expect(page.getByText(/takes more than the 1 MB that are allowed/)).toBeVisible();

  await status(page).getByRole('combobox', { name: 'Memory' }).selectOption('all memory');
  await expect(status(page)).not.toContainText('streamed');
  await ready(page);
  expect(page.url()).not.toContain('memory=');
});

test('A budget of zero is refused with the numbers, and another one works', async ({ page }) => {
  await page.goto(`/${shortReference}&memory=0`);
  await expect(page.getByRole('alert')).toContainText(/more than the 0 bytes that are allowed.*allow more memory/);
  await status(page).getByRole('combobox', { name: 'Memory' }).selectOption('100 MB');
  await ready(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
});
