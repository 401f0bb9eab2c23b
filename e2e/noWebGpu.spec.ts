// A browser without WebGPU: what is missing is said in a sentence, stored examples can be explored, and the reference computes live.
import { withoutWebGpu } from './support/launch.ts';
import {
  chooseExample,
  device,
  fidelity,
  grid,
  inState,
  numbers,
  open,
  pieces,
  ready,
  row,
  run,
  status,
  tab,
  tokens,
} from './support/page.ts';
import { expect, test } from './support/test.ts';

test.use({ launchOptions: withoutWebGpu });

test('One sentence says what is missing and what to do, and the float64 reference answers live under its own name', async ({
  page,
}) => {
  await open(page);
  const notice = page.getByText(/WebGPU.*Until then the float64 reference computes on the CPU\./);
  await expect(notice).toBeVisible();
  await expect(notice).toContainText(/Update the graphics driver|Use a recent/);
  await expect(device(page)).toContainText('float64 reference (CPU)');
  await expect(status(page)).not.toContainText('Stored');
  await run(page, 'people in iverton speak');
  await ready(page);
  expect(await pieces(page)).toEqual(['[BOS]', 'people', 'in', 'iverton', 'speak']);
  const error = /complete\s+([\d.e+-]+)/.exec(await fidelity(page).innerText())?.[1];
  expect(Number(error)).toBeLessThan(1e-12); // float64, not float32 under its name
});

test.describe('without the model either', () => {
  test.use({ provoked: /Failed to load resource/ });

  test('Every stored example opens with its pictures, and a click on a token changes the row', async ({ page }) => {
    await page.route('**/model.safetensors', (route) => route.abort());
    await page.goto('/');
    await inState(page, 'error');
    await expect(page.getByRole('alert')).toContainText(/model\.safetensors/);
    await page.getByRole('button', { name: 'Examples' }).click();
    const titles = await page.getByRole('menuitem').locator('b').allInnerTexts();
    expect(titles).toHaveLength(6);
    await page.keyboard.press('Escape');
    for (const title of titles) {
      await chooseExample(page, title);
      await inState(page, 'error'); // the model was tried again
      await expect(status(page)).toContainText('Stored result');
      for (const name of ['Tensor, in+out', 'Attention rollout', 'Attention flow', 'Raw attention']) {
        await expect(grid(page, name)).toBeVisible();
      }
      const before = await numbers(row(page));
      await tokens(page).nth(3).click();
      await expect(tokens(page).nth(3)).toHaveAttribute('aria-pressed', 'true');
      await expect(row(page).getByRole('heading')).not.toHaveText(before.header[1]!);
      const after = await numbers(row(page));
      expect(after.rows).not.toEqual(before.rows);
      expect(after.rows).toHaveLength((await pieces(page)).length + 2);
    }
    await tab(page, '3-D slice').click();
    await expect(page.getByText('This was not stored with the example: it needs the live model.')).toBeVisible();
  });
});
