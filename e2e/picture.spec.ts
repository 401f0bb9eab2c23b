// A model of images, on a mirror of the hub on this machine: choose a picture, see classes, click patches, lay maps over it; files that are no pictures.
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HubMirror, hubMirror } from '../src/models/testing/hubMirror.ts';
import { explained, inState, numberIn, numbers, ready, reference, row, sum, tab, tokens } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const id = 'acme/tiny-vit';
const images = 'fixtures/images';
const wide = readFileSync(`${images}/wide.png`);

/** The tiny ViT (24 × 24, patches of 8: [CLS] and 9 patches, 6 classes) with a preprocessing. */
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tensorscope-vit-'));
  for (const file of ['config.json', 'model.safetensors']) copyFileSync(`fixtures/tiny/vit/${file}`, join(made, file));
  copyFileSync(`${images}/vit.json`, join(made, 'preprocessor_config.json'));
  return made;
}

let mirror: HubMirror;
test.beforeAll(async () => {
  mirror = await hubMirror(folder(), { id, revision: 'main' });
});
test.afterAll(() => mirror.close());

const dialog = (page: Page) => page.getByRole('dialog', { name: 'A model from the hub' });
const form = (page: Page) => page.getByRole('form', { name: 'Picture' });
const figure = (page: Page) => page.getByRole('figure', { name: /^Picture, / });
const patch = (page: Page, row: number, column: number) =>
  tokens(page).and(page.getByRole('button', { name: `row ${row}, column ${column} (` }));
const alert = (page: Page) => page.getByRole('alert');

async function openModel(page: Page, rest = ''): Promise<void> {
  await page.goto(`/${reference}&model=${id}&hub=${mirror.base}${rest}`);
  await page.reload(); // a fragment alone does not load the page anew
  await dialog(page).getByRole('button', { name: 'Look up' }).click();
  await expect(dialog(page).getByRole('region', { name: 'What the hub has' })).toContainText('ViT, supported');
  await dialog(page).getByRole('button', { name: 'Open', exact: true }).click();
  await expect(dialog(page)).toHaveCount(0);
}

async function choose(page: Page, name: string, buffer: Buffer, mimeType = 'image/png'): Promise<void> {
  await page.getByLabel('Picture file').setInputFiles({ name, buffer, mimeType });
}

test('Choose a picture: classes, patches, overlays, their numbers; the link asks for the picture', async ({ page }) => {
  await openModel(page);
  await ready(page);
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toHaveCount(0);
  await expect(form(page)).toContainText('or drop or paste one');
  await choose(page, 'wide.png', wide);
  await ready(page);
  await expect(tokens(page)).toHaveCount(10);
  await expect(figure(page)).toHaveAccessibleName('Picture, Tensor, class');
  await expect(page.getByRole('region', { name: 'Picture', exact: true })).toContainText(
    '101 × 67 pixels, resized to 24 × 24 (bilinear), then (x/255 − 0.5) / 0.5',
  );
  await expect(explained(page)).toContainText('[CLS] (0) → logit LABEL_');
  const classes = page.getByRole('group', { name: /^Predictions/ }).getByRole('button');
  await expect(classes.first()).toContainText('LABEL_');

  // Over the picture lies the row that the inspector shows.
  const over = await numbers(figure(page));
  expect(over.rows.map(([name]) => name)).toEqual([
    '[CLS] (0)',
    ...Array.from({ length: 9 }, (_, at) => `row ${Math.floor(at / 3)}, column ${at % 3} (${at + 1})`),
  ]);
  const inRow = await numbers(row(page));
  expect(over.rows.map(([, value]) => value)).toEqual(inRow.rows.slice(0, 10).map(([, value]) => value));
  await expect(row(page).getByRole('option').first()).toContainText(/row \d, column \d \(\d\): |\[CLS\] \(0\): /);

  // Another overlay: the same row of that map.
  await page.getByRole('radio', { name: 'Rollout' }).check();
  await ready(page);
  await expect(figure(page)).toHaveAccessibleName('Picture, Attention rollout');
  const rollout = await numbers(figure(page));
  expect(sum(rollout.rows.map(([, value]) => numberIn(value!)))).toBeCloseTo(1, 4);

  // A patch: hover reads its number, a click pins it; keys move and pin.
  await patch(page, 1, 2).hover();
  await expect(figure(page).locator('output').last()).toContainText('[CLS] ← row 1, column 2 (6): 0.');
  await patch(page, 1, 2).click();
  await ready(page);
  await expect(patch(page, 1, 2)).toHaveAttribute('aria-pressed', 'true');
  await expect(explained(page)).toContainText('1,2 (6)');
  await expect(page.getByRole('tabpanel')).toContainText('The model predicts nothing at 1,2 (6)');
  await page.keyboard.press('ArrowDown');
  await expect(patch(page, 2, 2)).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(patch(page, 2, 0)).toHaveAttribute('aria-pressed', 'true');
  await tab(page, 'Pair').click();
  await ready(page);
  await page.keyboard.press('Escape');
  await tab(page, 'Row').click();
  await ready(page);
  await expect(row(page)).toBeVisible();

  // A class by name, against another.
  await page.getByRole('combobox', { name: 'or a class' }).fill('LABEL_4');
  await page.getByRole('combobox', { name: 'or a class' }).press('Enter');
  await ready(page);
  await expect(explained(page)).toContainText('logit LABEL_4 − mean logit');

  // The link names the picture, and asks for it.
  const address = page.url();
  expect(address).toMatch(/image=[0-9a-f]{32}~wide\.png/);
  await page.goto('about:blank');
  await page.goto(address);
  await inState(page, 'error');
  await expect(alert(page)).toContainText('about the picture “wide.png”. Pictures are not part of a link');
  await choose(page, 'wide.png', wide);
  await ready(page);
  await expect(explained(page)).toContainText('logit LABEL_4 − mean logit');
  await expect(figure(page)).toHaveAccessibleName('Picture, Attention rollout');
});

test('An enlarged map has the picture beside it, with its own row over it, and a click on a patch pins there too', async ({
  page,
}) => {
  await openModel(page);
  await choose(page, 'wide.png', wide);
  await ready(page);
  await page.getByRole('button', { name: 'Enlarge Attention rollout' }).click();
  const large = page.getByRole('dialog');
  const over = large.getByRole('figure', { name: 'Picture, Attention rollout' });
  await expect(over).toBeVisible();
  const map = await numbers(large.getByRole('figure', { name: 'Attention rollout', exact: true }));
  const shown = await numbers(over);
  // [CLS] is explained: its row of the map, as the picture's table tells it.
  expect(shown.rows.map((line) => numberIn(line[1]!))).toEqual(map.rows[0]!.slice(1).map(numberIn));
  await over.getByRole('button', { name: 'row 1, column 1 (' }).click();
  await expect(over.getByRole('button', { name: 'row 1, column 1 (' })).toHaveAttribute('aria-pressed', 'true');
  expect(page.url()).toContain('pin=');
});

test('A picture is dropped on the page, and another one pasted; what is no picture is left alone', async ({ page }) => {
  await openModel(page);
  await ready(page);
  /** As a drop or a paste brings it. */
  const transfer = (name: string, type: string, bytes: Buffer) =>
    page.evaluateHandle(
      ([name, type, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(text!), (char) => char.charCodeAt(0))], name!, { type: type! }));
        return data;
      },
      [name, type, bytes.toString('base64')],
    );
  const dropped = await transfer('dropped.png', 'image/png', wide);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped });
  await expect(form(page)).toHaveAttribute('data-dragging', 'true');
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await expect(form(page)).toHaveAttribute('data-dragging', 'false');
  await expect(form(page)).toContainText('dropped.png');
  await ready(page);
  await expect(tokens(page)).toHaveCount(10);

  const pasted = await transfer('pasted.png', 'image/png', wide);
  await page.evaluate((clipboardData) => {
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, pasted);
  await expect(form(page)).toContainText('pasted.png');
  await ready(page);
  expect(page.url()).toContain('pasted.png');

  const words = await transfer('words.txt', 'text/plain', Buffer.from('no picture'));
  const taken = await page.evaluate((clipboardData) => {
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  }, words);
  expect(taken).toBe(false);
  await expect(form(page)).toContainText('pasted.png');
});

test('Exports hold the picture; the JSON opens again without it', async ({ page }) => {
  await openModel(page);
  await choose(page, 'wide.png', wide);
  await ready(page);
  const save = async (name: string) => {
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: new RegExp(`^${name} `) }).click(),
    ]);
    return readFileSync((await download.path())!, 'utf8');
  };
  const svg = await save('SVG');
  expect(svg).toMatch(/>wide\.png, logit LABEL_\d − mean logit</);
  expect(svg.match(/<image /g)).toHaveLength(3);
  expect(await save('CSV')).toContain('"Over the picture, logit');
  expect(await save('HTML')).toContain('--image wide.png');
  const json = await save('JSON');
  await page.goto(`/${reference}`);
  await page.reload();
  await ready(page);
  await page
    .getByLabel('Open an export')
    .setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(json) });
  await inState(page, 'stored');
  await expect(figure(page)).toBeVisible();
  await expect(tokens(page)).toHaveCount(10);
  await expect(row(page)).toBeVisible();
});

const png = (width: number, height: number) => {
  const made = Buffer.from(readFileSync(`${images}/dot.png`));
  made.writeUInt32BE(width, 16);
  made.writeUInt32BE(height, 20);
  return made;
};

test('Files that are no pictures get a sentence, one pixel works, and the next picture goes on', async ({ page }) => {
  await openModel(page);
  await choose(page, 'note.png', Buffer.from('these are words'));
  await expect(alert(page)).toContainText('“note.png” is no picture that can be read here');
  await choose(page, 'huge.png', png(10_000, 10_000));
  await expect(alert(page)).toContainText('(100 megapixels), more than the 50 megapixels that are read');
  await choose(page, 'half.png', wide.subarray(0, 300));
  await expect(alert(page)).toContainText('“half.png” is a damaged PNG');
  await choose(page, 'empty.png', Buffer.alloc(0));
  await expect(alert(page)).toContainText('“empty.png” is empty');
  await choose(page, 'dot.png', readFileSync(`${images}/dot.png`));
  await ready(page);
  await expect(alert(page)).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Picture', exact: true })).toContainText('1 × 1 pixels');
  await choose(page, 'wide.jpg', readFileSync(`${images}/wide.jpg`), 'image/jpeg');
  await ready(page);
  await expect(page.getByRole('region', { name: 'Picture', exact: true })).toContainText('wide.jpg');
});
