// Models in files of the reader's own: dropped on the page, or chosen; and what a link to them does elsewhere.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  grid,
  inState,
  open,
  pieces,
  prompt,
  ready,
  reference,
  row,
  run,
  shortReference,
  status,
} from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const gguf = 'fixtures/gguf/wide-q4_k.gguf';
const picker = (page: Page) => page.getByRole('combobox', { name: 'Model' });
const dialog = (page: Page) => page.getByRole('dialog', { name: 'A model on this machine' });

/** Files on their way over the page: `drop` lets go of them. */
async function drag(page: Page, paths: readonly string[], event: 'dragover' | 'drop'): Promise<void> {
  const files = paths.map((path) => ({ name: basename(path), content: readFileSync(path).toString('base64') }));
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, content } of list) {
      const type = name.endsWith('.png') ? 'image/png' : '';
      data.items.add(new File([Uint8Array.from(atob(content), (char) => char.charCodeAt(0))], name, { type }));
    }
    return data;
  }, files);
  await page.dispatchEvent('body', event, { dataTransfer: transfer });
}

test('A GGUF file dropped on the page opens, says that it is quantised, and its link asks for it again', async ({
  page,
}) => {
  await open(page, shortReference);
  await drag(page, [gguf], 'dragover');
  await expect(page.getByText('Drop a model here')).toBeVisible();
  await drag(page, [gguf], 'drop');
  await expect(page.getByText('Drop a model here')).toHaveCount(0);
  await expect(picker(page)).toHaveValue('file:wide-q4_k.gguf');
  await ready(page);
  await expect(picker(page).getByRole('option', { selected: true })).toHaveText(
    'wide-q4_k.gguf (Llama, Q4_K weights) · 253 kB',
  );
  await expect(page.getByText('what is analysed is this quantised model')).toBeVisible();
  await expect(status(page)).toContainText('quantised weights (Q4_K)');
  await run(page, 'Hello, 12');
  await ready(page);
  await expect(grid(page, 'Tensor')).toBeVisible();
  expect(await pieces(page)).toEqual(['H', 'el', 'l', 'o', ',', '␣', '1', '2']);
  expect(page.url()).toContain('model=file%3Awide-q4_k.gguf');

  await page.reload();
  await inState(page, 'error');
  await expect(page.getByRole('alert')).toContainText('“wide-q4_k.gguf” are files on the machine');
  await expect(prompt(page)).toHaveValue('Hello, 12');
  await page.getByRole('button', { name: 'Choose files…' }).click();
  const chooser = page.waitForEvent('filechooser');
  await dialog(page).getByRole('button', { name: 'Open files…' }).press('Enter');
  await (await chooser).setFiles(gguf);
  await ready(page);
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page)).toBeVisible();
});

test('A folder opens from the picker; what is no model gets a sentence in place', async ({ page }) => {
  await open(page, shortReference);
  await picker(page).selectOption('From this machine…');
  const chooser = page.waitForEvent('filechooser');
  await dialog(page).getByRole('button', { name: 'Open a folder…' }).click();
  await (await chooser).setFiles('public/models/tiny-world');
  await ready(page);
  await expect(dialog(page)).toHaveCount(0);
  await expect(picker(page)).toHaveValue('file:tiny-world');
  await expect(row(page)).toBeVisible();

  await picker(page).selectOption('From this machine…');
  await dialog(page).locator('input[type=file]').first().setInputFiles('fixtures/tiny/README.md');
  await expect(dialog(page).getByRole('alert')).toContainText('README.md is no model. A model is one .gguf file');
  // What is on the screen stays.
  await page.keyboard.press('Escape');
  await expect(picker(page)).toHaveValue('file:tiny-world');
  await expect(row(page)).toBeVisible();
});

test('Files without a tokenizer say what is missing; pictures are not taken for models', async ({ page }) => {
  await open(page, shortReference);
  await drag(page, ['fixtures/tiny/llama/config.json', 'fixtures/tiny/llama/model.safetensors'], 'drop');
  await inState(page, 'error');
  await expect(page.getByRole('alert')).toContainText('chosen files has no tokenizer.json, so it cannot read text');
  await page.goto(`/${reference}`);
  await ready(page);
  const before = page.url();
  const picture = await page.screenshot({ path: 'test-results/picture.png' }).then(() => 'test-results/picture.png');
  await drag(page, [picture], 'drop');
  await expect(picker(page)).toHaveValue('tiny-world');
  expect(page.url()).toBe(before);
});
