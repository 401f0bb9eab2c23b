// Models of the hub, on a mirror of it on this machine: the size first, then the download, then without the hub from the browser's store.
import { type HubMirror, hubMirror } from '../src/models/testing/hubMirror.ts';
import { inState, open, prompt, ready, reference, row, run, shortPrompt, shortReference } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const id = 'acme/tiny-world';
const folder = 'public/models/tiny-world';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'A model from the hub' });
const found = (page: Page) => dialog(page).getByRole('region', { name: 'What the hub has' });
const picker = (page: Page) => page.getByRole('combobox', { name: 'Model' });
const press = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true }).click();
/** Requests for the weights, but not for their list alone, which a look-up makes. (A browser may name the end of a range itself.) */
const weights = (mirror: HubMirror) =>
  mirror.log.filter((line) => line.startsWith('GET model.safetensors') && !/ bytes=0-\d+$/.test(line));

async function lookUp(page: Page, base: string, model = id): Promise<void> {
  await picker(page).selectOption('From the hub…');
  await dialog(page).getByRole('textbox', { name: 'Hub id' }).fill(model);
  await dialog(page).getByRole('textbox', { name: 'Hub address' }).fill(base);
  await press(page, 'Look up');
}

test.describe('with a hub that goes away', () => {
  test.use({ provoked: /ERR_CONNECTION_REFUSED/ });

  test('Look up, open, reload without the hub, delete; then the link asks before it downloads', async ({ page }) => {
    const mirror = await hubMirror(folder, { id, revision: 'main' });
    try {
      await open(page, shortReference);
      await lookUp(page, mirror.base);
      await expect(found(page)).toContainText('GPT-2, supported · about 656 k parameters · 1.3 MB to download');
      expect(weights(mirror)).toEqual([]);
      await press(page, 'Open');
      await expect(dialog(page)).toHaveCount(0);
      await ready(page);
      await expect(picker(page)).toHaveValue(id);
      await expect(row(page)).toBeVisible();
      expect(weights(mirror)).toHaveLength(1);
      expect(page.url()).toContain('model=acme%2Ftiny-world&revision=main&hub=http');
    } finally {
      await mirror.close();
    }

    await page.reload();
    await ready(page);
    await expect(picker(page)).toHaveValue(id);
    await run(page, 'mary and john');
    await ready(page);

    await picker(page).selectOption('From the hub…');
    const stored = dialog(page).getByRole('region', { name: 'Stored in this browser' });
    await expect(stored.getByRole('listitem')).toHaveText(
      /^acme\/tiny-world main · 1\.3 MB · localhost:\d+OpenDelete$/,
    );
    await press(page, `Delete ${id}`);
    await expect(stored).toHaveCount(0);

    await page.reload();
    await inState(page, 'error');
    await expect(dialog(page).getByRole('alert')).toContainText('Nothing has been downloaded yet');
    await expect(dialog(page).getByRole('textbox', { name: 'Hub id' })).toHaveValue(id);
    await press(page, 'Look up');
    await expect(dialog(page).getByRole('alert')).toContainText('did not answer');
    await press(page, 'Close');
    await picker(page).selectOption('tiny-world');
    await ready(page);
    await expect(prompt(page)).toHaveValue('mary and john');
  });
});

test.describe('with a connection that breaks', () => {
  test.use({ provoked: /Failed to load resource/ });

  test('A download goes on where it stopped; what is not there gets a sentence', async ({ page }) => {
    const mirror = await hubMirror(folder, { id, revision: 'main', breakAfter: 400_000 });
    try {
      await open(page, shortReference);
      await lookUp(page, mirror.base, 'acme/nothing');
      await expect(dialog(page).getByRole('alert')).toContainText('has no model acme/nothing at revision main');
      await press(page, 'Close');
      await lookUp(page, mirror.base, 'nothing');
      await expect(dialog(page).getByRole('alert')).toContainText('must look like owner/name');
      await press(page, 'Close');
      await page.goto(`/${reference}&model=${id}&hub=${mirror.base}&prompt=${shortPrompt}`);
      await page.reload();
      await press(page, 'Look up');
      await press(page, 'Open');
      await ready(page);
      expect(weights(mirror)).toEqual(['GET model.safetensors', expect.stringMatching(/ bytes=[1-9]\d+-/)]);
    } finally {
      await mirror.close();
    }
  });
});

test('Two tabs do not download the same file at once: the second waits, says so, and goes on when the first is closed', async ({
  page,
  context,
}) => {
  const mirror = await hubMirror(folder, { id, revision: 'main', breakAfter: 400_000, stalls: true });
  try {
    await open(page, shortReference);
    await lookUp(page, mirror.base);
    await press(page, 'Open');
    await expect.poll(() => weights(mirror)).toHaveLength(1);
    const second = await context.newPage();
    await open(second, shortReference);
    await lookUp(second, mirror.base);
    await press(second, 'Open');
    await expect(dialog(second)).toContainText('model.safetensors: another tab downloads it, waiting for that');
    expect(weights(mirror)).toHaveLength(1);
    await page.close();
    await ready(second);
    await expect(picker(second)).toHaveValue(id);
    expect(weights(mirror)).toHaveLength(2);
  } finally {
    await mirror.close();
  }
});

test('float16 weights are chosen with the size they take, and their rounding is told', async ({ page }) => {
  const mirror = await hubMirror('fixtures/tiny/gpt2', { id: 'acme/float32', revision: 'main' });
  try {
    await open(page, '#v=1&device=webgpu&prompt=mary');
    await ready(page);
    await lookUp(page, mirror.base, 'acme/float32');
    const weights = found(page).getByRole('combobox', { name: 'Weights on the graphics device' });
    await expect(weights).toHaveValue('f32');
    await expect(weights.getByRole('option')).toHaveText([
      /^float32 weights, \d+(\.\d)? kB$/,
      /^float16 weights, \d+(\.\d)? kB$/,
    ]);
  } finally {
    await mirror.close();
  }
  await press(page, 'Close');
  const weights = page.getByRole('combobox', { name: 'Weights', exact: true });
  const fidelity = page.getByRole('region', { name: 'Fidelity' });
  await expect(fidelity).not.toContainText('weights rounded');
  await weights.selectOption('f16');
  // The embedded model's file is float16: nothing is lost.
  await expect(fidelity).toContainText('weights rounded 0');
  await ready(page);
  expect(page.url()).toContain('weights=f16');
});

test('A download shows how far it is, can be cancelled, and begun again', async ({ page }) => {
  const mirror = await hubMirror(folder, { id, revision: 'main', breakAfter: 400_000, stalls: true });
  try {
    await open(page, shortReference);
    await lookUp(page, mirror.base);
    await press(page, 'Open');
    await expect(dialog(page).getByText(/^model\.safetensors, \d+(\.\d)? kB of 1\.3 MB$/)).toBeVisible();
    await expect(dialog(page).getByRole('progressbar', { name: 'Download' })).toBeVisible();
    await press(page, 'Cancel');
    await expect(dialog(page).getByRole('alert')).toContainText('Cancelled');
    await expect(dialog(page).getByRole('listitem').filter({ hasText: id })).toContainText('not complete');
    // Also after a reload, it goes on where it stopped.
    await page.reload();
    await inState(page, 'error');
    await press(page, `Continue ${id}`);
    await expect(found(page)).toContainText(/1\.3 MB to download from localhost:\d+, \d+ kB of it are here already/);
    await press(page, 'Open');
    await ready(page);
    await expect(dialog(page)).toHaveCount(0);
    expect(weights(mirror)).toEqual(['GET model.safetensors', expect.stringMatching(/ bytes=[1-9]\d+-/)]);
  } finally {
    await mirror.close();
  }
});

test('What does not arrive as announced is thrown away and said', async ({ page }) => {
  const mirror = await hubMirror(folder, { id, revision: 'main', damaged: true });
  try {
    await open(page, shortReference);
    await lookUp(page, mirror.base);
    await press(page, 'Open');
    await expect(dialog(page).getByRole('alert')).toContainText('its SHA-256 begins with');
    await expect(dialog(page).getByRole('listitem').filter({ hasText: id })).toContainText('not complete');
    await press(page, `Delete ${id}`);
    await press(page, 'Close');
    await picker(page).selectOption('tiny-world');
    await ready(page);
  } finally {
    await mirror.close();
  }
});

test('A stored branch that has moved on is offered as an update', async ({ page }) => {
  let commit = 'aaaaaaa1';
  const mirror = await hubMirror(folder, { id, revision: 'main', commit: () => commit });
  try {
    await open(page, shortReference);
    await lookUp(page, mirror.base);
    await press(page, 'Open');
    await ready(page);
    commit = 'bbbbbbb2';
    await lookUp(page, mirror.base);
    await expect(found(page)).toContainText('moved on to commit bbbbbbb');
    await expect(dialog(page).getByRole('listitem').filter({ hasText: id })).toContainText('main (aaaaaaa)');
    await press(page, 'Update');
    await expect(dialog(page)).toHaveCount(0);
    await ready(page);
    expect(weights(mirror)).toHaveLength(2);
    await lookUp(page, mirror.base);
    await expect(dialog(page).getByRole('listitem').filter({ hasText: id })).toContainText('main (bbbbbbb)');
  } finally {
    await mirror.close();
  }
});

test('Well-known models are listed with size and licence, and looked up with one click', async ({ page }) => {
  const mirror = await hubMirror(folder, { id: 'distilbert/distilgpt2', revision: 'main' });
  try {
    await open(page, shortReference);
    await expect(
      picker(page).getByRole('option', { name: /^openai-community\/gpt2 · about 550 MB · MIT$/ }),
    ).toHaveCount(1);
    await picker(page).selectOption('From the hub…');
    await dialog(page).getByRole('textbox', { name: 'Hub address' }).fill(mirror.base);
    await press(page, 'Look up distilbert/distilgpt2');
    await expect(found(page)).toContainText('distilbert/distilgpt2 main');
    await expect(found(page)).toContainText('1.3 MB to download');
    await expect(dialog(page).getByRole('textbox', { name: 'Hub id' })).toHaveValue('distilbert/distilgpt2');
    expect(weights(mirror)).toEqual([]);
  } finally {
    await mirror.close();
  }
});

test.describe('a link to a hub model', () => {
  test('asks before anything is downloaded, and the page loads nothing that it does not use', async ({ page }) => {
    await page.goto(`/${reference}&model=${id}&hub=http://localhost:1&prompt=${shortPrompt}`);
    await inState(page, 'error');
    await expect(dialog(page).getByRole('alert')).toContainText('Nothing has been downloaded yet');
    await expect(page.locator('link[rel=preload]')).toHaveCount(0);
  });
});
