// The main job with real WebGPU, as a user goes through it: stored picture, live result, example, pin, slice, layer range, link.
import { usesSwiftShader } from '../scripts/lib/browser.mjs';
import {
  chooseExample,
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
  row,
  status,
  tab,
  tokens,
} from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';
import { readTimes, reportTimes, watchTimes } from './support/times.ts';

test('A stored picture is there before the model, and the live one that follows is the same to float32 accuracy', async ({
  page,
}) => {
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/model.safetensors', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/');
  await inState(page, 'stored');
  await expect(grid(page, 'Tensor, in+out')).toBeVisible();
  await expect(status(page)).toContainText('Stored result');
  const stored = await numbers(picture(page, 'Tensor'));

  answer();
  await ready(page);
  await expect(status(page)).not.toContainText('Stored result');
  await expect(device(page)).toHaveText(usesSwiftShader ? /swiftshader, up to .* a buffer/i : /\w+, up to .* a buffer/);
  const live = await numbers(picture(page, 'Tensor'));

  expect(live.header).toEqual(stored.header);
  const flat = ({ rows }: typeof live) => rows.flatMap((line) => line.slice(1));
  const scale = Math.max(...flat(stored).map((text) => Math.abs(Number(text))));
  const worst = Math.max(...flat(live).map((text, at) => Math.abs(Number(text) - Number(flat(stored)[at]))));
  expect(worst / scale).toBeLessThan(1e-4);

  const said = await fidelity(page).innerText();
  const error = (name: string) => Number(new RegExp(`${name}\\s+([\\d.e+-]+)`).exec(said)?.[1]);
  expect(error('complete')).toBeLessThanOrEqual(1e-5);
  expect(error('conserved')).toBeLessThanOrEqual(1e-5);
  expect(error('logits match')).toBeLessThanOrEqual(1e-4);
});

test('The first picture is on the screen before there is an engine, and waits for no file twice', async ({ page }) => {
  await page.addInitScript(() => {
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        document.documentElement.dataset.picturesBeforeEngine ??= String(
          document.querySelectorAll('[role=grid] canvas').length,
        );
        super(url, options);
      }
    };
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto('/');
  await ready(page);
  await expect(page.locator('html')).toHaveAttribute('data-pictures-before-engine', '4');
  for (const file of ['/models/tiny-world/examples.json', '/examples/indirect-object.json']) {
    expect(asked.filter((path) => path === file)).toHaveLength(1);
    expect(asked.indexOf(file)).toBeLessThan(asked.findIndex((path) => path.endsWith('.safetensors')));
  }
});

/** What a link must bring back: settings, and numbers to the printed digits. Ends on the tab "3-D slice". */
async function onScreen(page: Page) {
  const slice = page.getByRole('region', { name: /^3-D slice of output[^,]*$/ });
  const shown = {
    prompt: await prompt(page).inputValue(),
    pinned: await tokens(page).evaluateAll((all) => all.map((token) => token.getAttribute('aria-pressed'))),
    tab: await page.getByRole('tab', { selected: true }).innerText(),
    blocks: [await page.getByLabel('First block').inputValue(), await page.getByLabel('Last block').inputValue()],
    explained: await explained(page).innerText(),
    tensor: await numbers(picture(page, 'Tensor')),
    flow: await numbers(picture(page, 'Attention flow')),
    norms: await numbers(slice),
  };
  await tab(page, 'Row').click();
  await ready(page);
  return { ...shown, row: await numbers(row(page)) };
}

test('An example, a pinned token, its slice and a layer range open from a copied link in another browser with the same numbers', async ({
  page,
  context,
  browser,
  baseURL,
  quiet,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(baseURL!).origin });
  await watchTimes(page);
  await open(page);
  const first = await readTimes(page);

  await chooseExample(page, 'Which noun the verb agrees with');
  await ready(page);
  expect(await pieces(page)).toEqual(['[BOS]', ...'the keys near the cabinet behind the door'.split(' ')]);
  const token = tokens(page).nth(5);
  await expect(token).toHaveAttribute('aria-pressed', 'false');
  await token.click();
  await expect(token).toHaveAttribute('aria-pressed', 'true');
  await ready(page);

  await tab(page, '3-D slice').click();
  await ready(page);
  await page.getByLabel('Hide first token').uncheck();
  const tiles = page.getByRole('list', { name: 'Inputs' }).getByRole('button');
  const names = (await pieces(page)).slice(0, 6).map((piece, at) => `input ${piece} (${at}), ‖T_ij‖ = `);
  for (const [at, name] of names.entries()) await expect(tiles.nth(at)).toContainText(name);
  await expect(tiles).toHaveCount(names.length);
  await expect(tiles.locator('canvas')).toHaveCount(names.length);
  const { 'slice clicked': clicked, slice: drawn } = await readTimes(page);
  reportTimes({
    device: (await device(page).innerText()).split(',')[0]!,
    'navigation to first (stored) picture, ms': Math.round(first['first picture']!),
    'navigation to live result with all maps and checks, ms': Math.round(first['live result']!),
    'click to 3-D slice, ms': Math.round(drawn! - clicked!),
  });

  await page.getByLabel('First block').selectOption('1');
  await ready(page);
  await expect(explained(page)).toContainText('blocks 1–3');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(link).origin).toBe(new URL(baseURL!).origin);
  const sent = await onScreen(page);

  const elsewhere = await browser.newContext();
  try {
    const other = await elsewhere.newPage();
    quiet(other);
    await other.goto(link);
    await ready(other);
    await expect(tab(other, '3-D slice')).toHaveAttribute('aria-selected', 'true');
    const arrived = await onScreen(other);
    expect(arrived).toEqual(sent);
    expect(arrived.pinned.indexOf('true')).toBe(5);
    expect(arrived.blocks).toEqual(['1', '3']);
    await expect(other.getByRole('alert')).toHaveCount(0);
  } finally {
    await elsewhere.close();
  }
});

test('Back and forward go through the analysis, numbers included', async ({ page }) => {
  await open(page, '#v=1&prompt=people+in+iverton+speak');
  const whole = await numbers(picture(page, 'Tensor'));
  await tokens(page).nth(2).click();
  await page.getByLabel('Last block').selectOption('1');
  await ready(page);
  const part = await numbers(picture(page, 'Tensor'));
  expect(part).not.toEqual(whole);
  await page.getByLabel('Collapse of the tensor').selectOption('in');
  await expect(grid(page, 'Tensor, in')).toBeVisible();

  await page.goBack();
  await ready(page);
  await expect(grid(page, 'Tensor, in+out')).toBeVisible();
  expect(await numbers(picture(page, 'Tensor'))).toEqual(part);
  await page.goBack();
  await ready(page);
  await expect(page.getByLabel('Last block')).toHaveValue('3');
  await expect(tokens(page).nth(2)).toHaveAttribute('aria-pressed', 'true');
  expect(await numbers(picture(page, 'Tensor'))).toEqual(whole);
  await page.goBack();
  await expect(tokens(page).nth(2)).toHaveAttribute('aria-pressed', 'false');
  await page.goForward();
  await page.goForward();
  await ready(page);
  await expect(tokens(page).nth(2)).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByLabel('Last block')).toHaveValue('1');
  expect(await numbers(picture(page, 'Tensor'))).toEqual(part);
});
