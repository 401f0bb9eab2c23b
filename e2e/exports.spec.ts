// The export menu: what is on the screen as files, whose content is checked. On the float64 reference.
import { readFile } from 'node:fs/promises';
import { inState, numbers, open, picture, pieces, reference, row, shortReference, status } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const titles = ['Tensor, in+out', 'Attention rollout', 'Attention flow', 'Raw attention'];

async function save(page: Page, kind: 'SVG' | 'PNG' | 'CSV' | 'JSON' | 'HTML'): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${kind} `) }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`tensorscope.${kind.toLowerCase()}`);
  return readFile(await file.path());
}

test('The SVG is one well-formed figure of all maps, and the PNG is the same in pixels', async ({ page }) => {
  await open(page, shortReference);
  const svg = (await save(page, 'SVG')).toString();
  const parsed = await page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, 'image/svg+xml');
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    return {
      error: document.querySelector('parsererror')?.textContent ?? null,
      text: document.documentElement.textContent ?? '',
      size: ['width', 'height'].map((name) => Number(document.documentElement.getAttribute(name))),
      repeated: ids.length - new Set(ids).size,
    };
  }, svg);
  expect(parsed.error).toBeNull();
  expect(parsed.repeated).toBe(0);
  for (const part of [...titles, ...(await pieces(page)), 'logit', 'float64 reference'])
    expect(parsed.text).toContain(part);
  expect(svg).not.toMatch(/(href|src)="http/);

  const png = await save(page, 'PNG');
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(parsed.size.map((side) => 2 * side));
  const colours = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    context.drawImage(image, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, png.toString('base64'));
  expect(colours).toBeGreaterThan(40);
});

test('The CSV has a line for every number on the screen, and no other', async ({ page }) => {
  await open(page, `${shortReference}&hideFirst=0`);
  const length = (await pieces(page)).length;
  const lines = (await save(page, 'CSV')).toString().trimEnd().split('\r\n');
  expect(lines[0]).toBe('table,row,column,value');
  // Four causal maps, and a row with bias and total.
  expect(lines).toHaveLength(1 + 4 * ((length * (length + 1)) / 2) + length + 2);
  const { header, rows } = await numbers(picture(page, 'Attention rollout'));
  const line = lines.find((each) => each.startsWith(`Attention rollout,${rows[4]![0]},${header[3]},`));
  expect(Number(line?.split(',').at(-1))).toBeCloseTo(Number(rows[4]![3]), 5);
});

test('The JSON opens again as the same analysis, over another one and without its model', async ({ page }) => {
  await open(page, `${shortReference}&pin=3&map=in`);
  const shown = async () => ({
    tokens: await pieces(page),
    tensor: await numbers(picture(page, 'Tensor, in')),
    flow: await numbers(picture(page, 'Attention flow')),
    row: await numbers(row(page)),
  });
  const before = await shown();
  const buffer = await save(page, 'JSON');
  await page.goto('about:blank');
  await page.route('**/model.safetensors', () => {}); // never answered
  await page.goto(`/${reference}`);
  await inState(page, 'stored');
  await page
    .getByLabel('Open an export')
    .setInputFiles({ name: 'tensorscope.json', mimeType: 'application/json', buffer });
  await expect(page.getByRole('button', { name: 'iverton' })).toHaveAttribute('aria-pressed', 'true');
  await expect(status(page)).toContainText('Stored result');
  expect(await shown()).toEqual(before);
});

test('A file that is no export is refused in a sentence', async ({ page }) => {
  await open(page, shortReference);
  for (const text of ['{"format":', '{"format":"tensorscope-session","version":1}']) {
    const buffer = Buffer.from(text);
    await page.getByLabel('Open an export').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer });
    await expect(page.getByText(/This file is not a Tensorscope export/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Dismiss the note' }).click();
  }
  await expect(page.getByRole('grid', { name: 'Tensor' })).toBeVisible();
});

test('The HTML is one page that needs nothing else: figure, numbers, provenance, and the link back', async ({
  page,
  browser,
}) => {
  await open(page, `${shortReference}&pin=3`);
  const html = (await save(page, 'HTML')).toString();
  expect(html).not.toMatch(/<script|<link|<iframe|src=|@import|url\((?!#)/);
  const context = await browser.newContext({ offline: true });
  try {
    const reader = await context.newPage();
    const requests: string[] = [];
    reader.on('request', (request) => requests.push(request.url()));
    await reader.setContent(html);
    await expect(reader.locator('body > svg')).toBeVisible();
    await expect(reader.getByText('Provenance')).toBeVisible();
    expect(await reader.locator('table').count()).toBe(titles.length + 1);
    const back = await reader.getByRole('link', { name: 'Open this analysis' }).getAttribute('href');
    expect(new URL(back!).hash).toContain('pin=3');
    expect(new URL(back!).origin).toBe(new URL(page.url()).origin);
    expect(requests).toEqual([]);
  } finally {
    await context.close();
  }
});

test('The flow graph goes into the figure and into the CSV, as it is drawn', async ({ page }) => {
  await open(page, `${shortReference}&tab=graph&least=50`);
  const drawn = page.getByRole('region', { name: /^Flow graph, / });
  const { rows } = await numbers(drawn);
  const svg = (await save(page, 'SVG')).toString();
  expect(svg.match(/<path data-edge/g)).toHaveLength(rows.length);
  const csv = (await save(page, 'CSV')).toString();
  const lines = csv.split('\r\n').filter((line) => /^"?Flow graph, .*,value,/.test(line));
  expect(lines).toHaveLength(rows.length);
  expect(csv).toContain('Shares, ');
});
