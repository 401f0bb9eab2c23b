// The embedded encoder: chosen in the picker, it opens with its own worked example, stored first and then live, explained at the mask.
import {
  chooseExample,
  fidelity,
  grid,
  inState,
  numbers,
  open,
  picture,
  pieces,
  prompt,
  ready,
  run,
  shortReference,
  status,
  tokens,
} from './support/page.ts';
import { expect, test } from './support/test.ts';

const model = 'tiny-world-encoder';

test('The encoder opens with a stored example, and the live result has the same numbers', async ({ page }) => {
  await open(page);
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(`**/${model}/model.safetensors`, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('combobox', { name: 'Model' }).selectOption(model);
  await inState(page, 'stored');
  await expect(prompt(page)).toHaveValue(/gave a drink to \[MASK\] \.$/);
  await expect(grid(page, 'Tensor, in+out')).toBeVisible();
  await expect(status(page)).toContainText('Stored result');
  const stored = await numbers(picture(page, 'Tensor'));

  answer();
  await ready(page);
  await expect(status(page)).not.toContainText('Stored result');
  const live = await numbers(picture(page, 'Tensor'));
  expect(live.header).toEqual(stored.header);
  const flat = ({ rows }: typeof live) => rows.flatMap((line) => line.slice(1)).map(Number);
  const scale = Math.max(...flat(stored).map(Math.abs));
  const worst = Math.max(...flat(live).map((value, at) => Math.abs(value - flat(stored)[at]!)));
  expect(worst / scale).toBeLessThan(1e-4);
  const complete = Number(/complete\s+([\d.e+-]+)/.exec(await fidelity(page).innerText())?.[1]);
  expect(complete).toBeLessThanOrEqual(1e-5);
});

test('What is explained is the word behind the mask; another token can be pinned; its other example and its report are there', async ({
  page,
}) => {
  await open(page, shortReference);
  await page.getByRole('combobox', { name: 'Model' }).selectOption(model);
  await expect(tokens(page).filter({ hasText: '[MASK]' })).toBeVisible();
  await ready(page);
  const mask = (await pieces(page)).indexOf('[MASK]');
  await expect(tokens(page).nth(mask)).toHaveAttribute('data-explained', 'true');
  const predictions = page.getByRole('group', { name: `Predictions at token ${mask}` }).getByRole('button');
  await expect(predictions.first()).toContainText('mary');
  await expect(page.getByRole('region', { name: 'What is explained' })).toContainText('logit mary − logit john');
  await expect(page.getByRole('region', { name: /^Row: / })).toContainText('mary');

  await chooseExample(page, 'A gap in the middle of a list');
  await ready(page);
  await expect(predictionsAt(16)).toContainText('smith');
  await run(page, 'John plays the [MASK].');
  await ready(page);
  expect(await pieces(page)).toEqual(['[CLS]', 'john', 'plays', 'the', '[MASK]', '.', '[SEP]']);
  await expect(tokens(page).nth(4)).toHaveAttribute('data-explained', 'true');
  const hint = page.getByText('put [MASK] where a word is to be found');
  await expect(hint).toBeHidden();
  await run(page, 'john plays the piano');
  await expect(hint).toBeVisible();
  await ready(page);
  await tokens(page).nth(1).click();
  await ready(page);
  await expect(page.getByRole('group', { name: 'Predictions at token 1' })).toBeVisible();

  await page.getByRole('button', { name: 'Help' }).click();
  const links = page.getByRole('dialog').getByRole('link', { name: 'evaluation' });
  await expect(links).toHaveCount(2);
  for (const link of await links.all()) {
    const answer = await page.request.get(new URL((await link.getAttribute('href'))!, page.url()).href);
    expect(await answer.text()).toMatch(/^# Tiny world.*: evaluation of the embedded model/);
  }

  function predictionsAt(token: number) {
    return page
      .getByRole('group', { name: `Predictions at token ${token}` })
      .getByRole('button')
      .first();
  }
});
