// Bad input, and things that break on the way: always a clear sentence, nothing lost, and no picture of one prompt under another.
import {
  device,
  explained,
  fidelity,
  grid,
  inState,
  numbers,
  open,
  picture,
  pieces,
  prompt,
  ready,
  reference,
  row,
  run,
  shortPrompt,
  shortReference,
  status,
  tokens,
} from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const alert = (page: Page) => page.getByRole('alert');

test('An empty prompt gets a sentence and leaves the picture and the reader’s state alone', async ({ page }) => {
  await open(page, shortReference);
  const before = await numbers(picture(page, 'Tensor'));
  const hash = new URL(page.url()).hash;
  for (const empty of ['', '   ']) {
    await run(page, empty);
    await expect(alert(page)).toContainText('The prompt is empty');
    await inState(page, 'error');
  }
  expect(await numbers(picture(page, 'Tensor'))).toEqual(before);
  expect(new URL(page.url()).hash).toBe(hash);
  await run(page, shortPrompt);
  await ready(page);
  await expect(alert(page)).toHaveCount(0);
});

test('A prompt beyond the context is refused with both lengths, and a shorter one runs', async ({ page }) => {
  await open(page, shortReference);
  await run(page, 'the '.repeat(80).trim());
  await expect(alert(page)).toContainText('The prompt has 81 tokens, this model takes 64: shorten it by 17.');
  await expect(prompt(page)).toHaveValue(/^the the /);
  await expect(page.getByRole('grid')).toHaveCount(0);
  await run(page, shortPrompt);
  await ready(page);
  await expect(alert(page)).toHaveCount(0);
  expect(await pieces(page)).toEqual(['[BOS]', ...shortPrompt.split(' ')]);
});

test('The longest prompt that fits is computed', async ({ page }) => {
  await open(page, `${reference}&prompt=${'the+'.repeat(62)}the&panels=tensor,attention`);
  await expect(grid(page, 'Tensor')).toHaveAttribute('aria-rowcount', '64');
  await expect(fidelity(page)).toContainText('✓ complete');
});

test('A word that the model does not know is marked and explained', async ({ page }) => {
  await open(page, `${reference}&prompt=people+in+zqxv+speak`);
  await expect(page.getByText('One word is not in this model’s vocabulary')).toBeVisible();
  await expect(page.getByTitle('Not in the vocabulary')).toHaveCount(1);
  await expect(tokens(page).nth(3)).toHaveAttribute('title', /Not in the vocabulary/);
});

test('A layer range that the model does not have becomes all of them, and the page says so', async ({ page }) => {
  await open(page, `${shortReference}&blocks=2-99`);
  await expect(page.getByText('The model has 4 blocks, so the range 2–99 was replaced by all of them.')).toBeVisible();
  await expect(page.getByLabel('First block')).toHaveValue('0');
  await expect(page.getByLabel('Last block')).toHaveValue('3');
});

for (const [name, fragment, ignored] of [
  ['nonsense values', 'tab=banana&pin=-3&scale=7&blocks=3-1&class=1e9', 'tab, pin, scale, blocks, class'],
  ['damaged encoding', 'prompt=%E0%A4%A&z=%%%', 'prompt, a part'],
  ['a token beyond the prompt', 'prompt=people+in+iverton+speak&pin=40', null],
] as const) {
  test(`A link with ${name} opens the default, and the page names what was ignored`, async ({ page }) => {
    await open(page, `${reference}&${fragment}`);
    const note = ignored === null ? 'a pinned token beyond them was released' : 'made no sense and were ignored: ';
    await expect(page.getByText(note)).toBeVisible();
    if (ignored !== null) for (const key of ignored.split(', ')) await expect(page.getByText(note)).toContainText(key);
    await expect(grid(page, 'Tensor, in+out')).toBeVisible();
    await expect(page.getByRole('tab', { name: 'Row' })).toHaveAttribute('aria-selected', 'true');
    await expect(page.locator('[aria-pressed=true].token:not(.prediction)')).toHaveCount(0);
    await page.getByRole('button', { name: 'Dismiss the note' }).click();
    await expect(page.getByText(note)).toHaveCount(0);
  });
}

/** In every frame from now on: do the rows of every map carry the tokens of the strip? Collects those that do not. */
async function watchLabels(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { wrong: [] as string[], prompts: [] as string[] };
    Object.assign(globalThis, { labelsSeen: seen });
    const look = () => {
      const strip = [...document.querySelectorAll('[aria-label="Tokens"] button')].map(
        (token) => token.firstChild?.textContent,
      );
      for (const map of document.querySelectorAll('figure.view-map')) {
        const count = map.querySelector('[role=grid]')?.getAttribute('aria-rowcount');
        const labels = [...map.querySelectorAll('.view-axes g > .view-token')].map((label) => label.textContent);
        const shown = `${map.getAttribute('aria-label')}: ${labels.join(' ')}`;
        const same = labels.every((label, at) => strip[at]?.startsWith(label?.replace('…', '') ?? '?')); // long ones are cut
        if (count !== undefined && (Number(count) !== strip.length || labels.length !== strip.length || !same))
          seen.wrong.push(`${shown} under ${strip.join(' ')}`);
        if (!seen.prompts.includes(strip.join(' '))) seen.prompts.push(strip.join(' '));
      }
      requestAnimationFrame(look);
    };
    look();
  });
}

test('A second prompt typed and run while the first still runs replaces it, and no map ever shows the other’s tokens', async ({
  page,
}) => {
  await open(page, '#v=1&prompt=people+in+iverton+speak&panels=tensor,rollout,attention');
  await watchLabels(page);
  await run(page, 'the keys near the cabinet behind the door');
  await inState(page, 'running');
  await prompt(page).fill('');
  await prompt(page).pressSequentially('the river of lunden is the');
  await expect(prompt(page)).toHaveValue('the river of lunden is the');
  await prompt(page).press('Enter');
  await ready(page);
  expect(await pieces(page)).toEqual(['[BOS]', 'the', 'river', 'of', 'lunden', 'is', 'the']);
  await expect(explained(page)).toContainText('the (6)');
  const seen = await page.evaluate(
    () => (globalThis as unknown as { labelsSeen: { wrong: string[]; prompts: string[] } }).labelsSeen,
  );
  expect(seen.wrong).toEqual([]);
  expect(seen.prompts[0]).toBe('[BOS] people in iverton speak');
  expect(seen.prompts.at(-1)).toBe('[BOS] the river of lunden is the');
});

test('A device lost in the middle of the work is named, keeps prompt, pins and pictures, and can be reloaded', async ({
  page,
}) => {
  await open(page, '#v=1&prompt=people+in+iverton+speak');
  const tensor = await numbers(picture(page, 'Tensor'));
  await tokens(page).nth(2).click();
  await ready(page);
  const [worker] = page.workers();
  await worker!.evaluate(() => {
    const { createCommandEncoder } = GPUDevice.prototype;
    GPUDevice.prototype.createCommandEncoder = function (...args) {
      GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
      this.destroy();
      return createCommandEncoder.apply(this, args);
    };
  });
  await tokens(page).nth(3).click();
  await expect(alert(page)).toContainText('The graphics device was lost');
  await inState(page, 'error');
  await expect(prompt(page)).toHaveValue(shortPrompt);
  await expect(tokens(page).nth(3)).toHaveAttribute('aria-pressed', 'true');
  expect(await numbers(picture(page, 'Tensor'))).toEqual(tensor);

  await page.getByRole('button', { name: 'Reload the device' }).click();
  await ready(page);
  await expect(alert(page)).toHaveCount(0);
  await expect(tokens(page).nth(3)).toHaveAttribute('aria-pressed', 'true');
  await expect(device(page)).toContainText('a buffer'); // a GPU again, not the reference
  expect(await numbers(picture(page, 'Tensor'))).toEqual(tensor);
  await expect(row(page)).toContainText(/Σ sources .* ✓/);
});

test.describe('with a broken file', () => {
  test.use({ provoked: /Failed to load resource/ });

  test('A model file that is not one is named, and "Try again" opens it once it is whole', async ({ page }) => {
    await page.route('**/model.safetensors', (route) => route.fulfill({ body: 'not a model' }));
    await page.goto(`/${shortReference}`);
    await expect(alert(page)).toContainText(/model\.safetensors/);
    await inState(page, 'error');
    await expect(grid(page, 'Tensor')).toBeVisible(); // the stored result stays
    await page.unroute('**/model.safetensors');
    await page.getByRole('button', { name: 'Try again' }).click();
    await ready(page);
    await expect(status(page)).not.toContainText('Stored');
  });
});
