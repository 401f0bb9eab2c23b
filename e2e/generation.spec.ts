// Continuing the prompt: step by step and many tokens, stopped, drawn with a seed, explained and contrasted, in the link, with a chat template.
import { explained, open, pieces, ready, run, shortReference, tokens } from './support/page.ts';
import { expect, type Locator, type Page, test } from './support/test.ts';

const panel = (page: Page): Locator => page.getByRole('region', { name: 'Continuation' });
const written = (page: Page): Locator => page.getByRole('group', { name: 'Written by the model' }).getByRole('button');
const button = (page: Page, name: string | RegExp): Locator => panel(page).getByRole('button', { name });

/** Without their probabilities. */
const words = (page: Page): Promise<string[]> =>
  written(page).evaluateAll((buttons) => buttons.map((each) => each.firstChild?.textContent ?? ''));

async function write(page: Page, count: number): Promise<void> {
  await panel(page).getByLabel('Tokens to write').fill(String(count));
  await button(page, new RegExp(`^Write ${count} token`)).click();
  await expect(button(page, /^Write/)).toBeVisible();
}

test('A continuation: steps, many tokens, one back, and any token explained against an alternative', async ({
  page,
}) => {
  await open(page, shortReference);
  const predicted =
    (await page
      .getByRole('group', { name: /^Predictions/ })
      .getByRole('button')
      .first()
      .textContent()) ?? '';
  await page.getByRole('button', { name: 'Continue…' }).click();
  await expect(panel(page)).toContainText('Nothing is written yet.');
  await button(page, 'Step').click();
  await expect(written(page)).toHaveCount(1);
  expect(predicted).toContain((await words(page))[0]!);
  await write(page, 3);
  await expect(written(page)).toHaveCount(4);
  await expect(panel(page).getByRole('status')).toContainText(/tokens\/s · .* of keys and values kept/);
  const text = await words(page);
  await button(page, 'Take one back').click();
  await expect(written(page)).toHaveCount(3);
  await button(page, 'Step').click();
  await expect(written(page)).toHaveCount(4);
  expect(await words(page)).toEqual(text);

  // The second token: the position before it is explained, in a run of prompt and continuation.
  await written(page).nth(1).click();
  const alternatives = page.getByRole('group', { name: `Alternatives to ${text[1]}` });
  await alternatives.getByRole('button', { name: `Explain “${text[1]}”` }).click();
  await ready(page);
  const all = await pieces(page);
  expect(all.slice(-4)).toEqual(text);
  const at = all.length - 4;
  await expect(tokens(page).nth(at)).toHaveAttribute('aria-pressed', 'true');
  await expect(tokens(page).nth(at)).toHaveAttribute('title', /the model has written it/);
  await expect(explained(page)).toContainText(`logit ${text[1]}`);
  const rival = ((await alternatives.getByRole('button').nth(1).textContent()) ?? '').split(' ')[0]!;
  await alternatives.getByRole('button').nth(1).click();
  await ready(page);
  await expect(explained(page)).toContainText(`logit ${text[1]} − logit ${rival}`);

  // The link holds what was written, and what of it is explained.
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await ready(page);
  expect(await pieces(page)).toEqual(all);
  await expect(written(page)).toHaveCount(4);
  await expect(explained(page)).toContainText(`logit ${text[1]} − logit ${rival}`);

  // Another prompt has nothing written; Run alone goes back to the prompt.
  await page.getByRole('button', { name: 'Run' }).click();
  await ready(page);
  expect(await pieces(page)).toEqual(all.slice(0, -4));
  await run(page, 'the flag of brisk is');
  await ready(page);
  await expect(written(page)).toHaveCount(0);
});

test('Drawn with a seed: the same text again; the context ends it', async ({ page }) => {
  await open(page, shortReference);
  await page.getByRole('button', { name: 'Continue…' }).click();
  await panel(page).getByLabel('How tokens are chosen').selectOption('drawn');
  await panel(page).getByLabel('Temperature').fill('2');
  await panel(page).getByLabel('Seed').fill('7');
  await write(page, 6);
  const first = await words(page);
  await button(page, 'Clear').click();
  await write(page, 6);
  expect(await words(page)).toEqual(first);
  expect(decodeURIComponent(page.url())).toContain('"seed":7');
  await button(page, 'Clear').click();
  await panel(page).getByLabel('Seed').fill('8');
  await write(page, 6);
  expect(await words(page)).not.toEqual(first);

  await panel(page).getByLabel('Tokens to write').fill('512');
  await button(page, 'Write 512 tokens').click();
  await expect(panel(page).getByRole('status')).toContainText(/as many as this model takes|has ended the text/);
});

test('Stop keeps what is there; a step goes on from it', async ({ page }) => {
  // A token takes milliseconds here: every one is asked for a little later.
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: { call?: string }) {
      setTimeout(() => post.call(this, message), message.call === 'nextToken' ? 150 : 0);
    };
  });
  await open(page, shortReference);
  await page.getByRole('button', { name: 'Continue…' }).click();
  await panel(page).getByLabel('Tokens to write').fill('512');
  await button(page, 'Write 512 tokens').click();
  await expect(written(page).nth(1)).toBeVisible();
  await button(page, 'Stop').click();
  await expect(button(page, 'Write 512 tokens')).toBeEnabled();
  const text = await words(page);
  expect(text.length).toBeLessThan(50);
  await button(page, 'Step').click();
  await expect(written(page)).toHaveCount(text.length + 1);
  expect((await words(page)).slice(0, -1)).toEqual(text);
});

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}
declare const axe: { run(): Promise<{ violations: readonly Violation[] }> };

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in ${colorScheme} colours, and a phone scrolls only down`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, shortReference);
    await page.getByRole('button', { name: 'Continue…' }).click();
    await panel(page).getByLabel('How tokens are chosen').selectOption('drawn');
    await write(page, 2);
    await written(page).first().click();
    await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' });
    const { violations } = await page.evaluate(async () => axe.run());
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))).toEqual([]);
    const sideways = await page.locator('html').evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(sideways).toBe(0);
  });
}
