// The maps: names, linked selection, keyboard, tables, what can be chosen. On the float64 reference, since none of it is about WebGPU.
import {
  cell,
  cellPosition,
  grid,
  hoverCell,
  numberIn,
  numbers,
  open,
  picture,
  pieces,
  ready,
  reference,
  run,
  shortPrompt,
  shortReference,
  sum,
  tokens,
} from './support/page.ts';
import { expect, test } from './support/test.ts';

const maps = ['Tensor, in+out', 'Attention rollout', 'Attention flow', 'Raw attention'];

test('Tensor, rollout, flow and raw attention are grids with one row a token', async ({ page }) => {
  await open(page, `${reference}&hideFirst=0`);
  const length = String((await pieces(page)).length);
  for (const name of maps) {
    await expect(grid(page, name)).toHaveCount(1);
    await expect(grid(page, name)).toHaveAttribute('aria-rowcount', length);
    await expect(grid(page, name)).toHaveAttribute('aria-colcount', length);
  }
});

test('A cell under the pointer in one map is named with its number in every map', async ({ page }) => {
  await open(page, `${shortReference}&hideFirst=0`);
  const tables = [];
  for (const name of maps) tables.push(await numbers(picture(page, name)));
  await hoverCell(grid(page, 'Attention rollout'), { row: 3, col: 2 });
  for (const [at, name] of maps.entries()) {
    const reading = picture(page, name).locator('output');
    await expect(reading).toHaveText(/^iverton \(3\) ← in \(2\) /);
    const inTable = Number(tables[at]!.rows[3]![3]);
    const printed = numberIn(await reading.locator('b').innerText());
    expect(Math.abs(printed - inTable)).toBeLessThan(0.005 * Math.abs(inTable)); // three digits
  }
});

test('Arrow keys move through a grid, Enter pins the cell and Esc releases it', async ({ page }) => {
  await open(page, shortReference);
  const tensor = grid(page, 'Tensor');
  await tensor.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await expect(cell(tensor)).toContainText(/^output people \(1\), input people \(1\): /);
  await page.keyboard.press('ArrowRight'); // nothing lies there: an output never reads a later input
  await expect(cell(tensor)).toContainText('output people (1), input people (1)');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(cell(tensor)).toContainText('output in (2), input in (2)');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await expect(tokens(page).nth(2)).toHaveAttribute('aria-pressed', 'true');
  expect(new URL(page.url()).hash).toMatch(/pin=2&source=1/);
  await expect(tensor).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(tokens(page).nth(2)).toHaveAttribute('aria-pressed', 'false');
  expect(new URL(page.url()).hash).not.toMatch(/pin=|source=/);
});

test('A click on a cell pins its row and its source, and the same click releases both', async ({ page }) => {
  await open(page, shortReference);
  const flow = grid(page, 'Attention flow');
  const position = await cellPosition(flow, { row: 4, col: 1 });
  await flow.click({ position });
  await expect(tokens(page).nth(4)).toHaveAttribute('aria-pressed', 'true');
  expect(new URL(page.url()).hash).toMatch(/pin=4&source=2/);
  await flow.click({ position });
  await expect(tokens(page).nth(4)).toHaveAttribute('aria-pressed', 'false');
});

test('Tables have a row a token, nothing in the impossible triangle, and rows of rollout, flow and attention sum to 1', async ({
  page,
}) => {
  await open(page, `${reference}&hideFirst=0`);
  const length = (await pieces(page)).length;
  for (const name of maps) {
    const { header, rows } = await numbers(picture(page, name));
    expect(header).toHaveLength(length + 1);
    expect(rows).toHaveLength(length);
    for (const [at, [, ...values]] of rows.entries()) {
      expect(values.slice(at + 1).every((text) => text === '')).toBe(true);
      const possible = values.slice(0, at + 1);
      expect(possible.every((text) => text !== '' && Number.isFinite(Number(text)))).toBe(true);
      if (name !== maps[0]) expect(sum(possible.map(Number))).toBeCloseTo(1, 4);
    }
  }
});

test('The difference panel shows the row shares of two maps, subtracted', async ({ page }) => {
  await open(page, `${shortReference}&hideFirst=0`);
  const tensor = await numbers(picture(page, 'Tensor'));
  const rollout = await numbers(picture(page, 'Attention rollout'));
  await page.getByRole('button', { name: '+ Map' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Difference' }).click();
  await page.keyboard.press('Escape');
  await ready(page);
  await expect(grid(page, 'Difference, Tensor, in+out − Attention rollout')).toBeVisible();
  const { rows } = await numbers(picture(page, 'Difference'));
  const shares = (cells: readonly string[]) => {
    const values = cells.filter((text) => text !== '').map(Number);
    return values.map((value) => value / sum(values.map(Math.abs)));
  };
  expect(rows).toHaveLength(tensor.rows.length);
  for (const [at, [, ...values]] of rows.entries()) {
    const [left, right] = [shares(tensor.rows[at]!.slice(1)), shares(rollout.rows[at]!.slice(1))];
    expect(left).toHaveLength(at + 1);
    for (const [col, share] of left.entries()) expect(Number(values[col])).toBeCloseTo(share - right[col]!, 4);
  }
});

test('A map enlarges to a dialog, larger and linked, and Esc brings the page back as it was', async ({ page }) => {
  await open(page, shortReference);
  await tokens(page).nth(3).click();
  await ready(page);
  const small = await grid(page, 'Attention rollout').boundingBox();
  await page.getByRole('button', { name: 'Enlarge Attention rollout' }).click();
  const dialog = page.getByRole('dialog', { name: 'Attention rollout, enlarged' });
  const large = await dialog.getByRole('grid', { name: 'Attention rollout' }).boundingBox();
  expect(large!.width).toBeGreaterThan(small!.width);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(tokens(page).nth(3)).toHaveAttribute('aria-pressed', 'true');
});

test('"Same scale" gives all maps whose rows are shares one legend, and leaves the tensor its own', async ({
  page,
}) => {
  await open(page, shortReference);
  const legends = () => Promise.all(maps.map((name) => picture(page, name).locator('.view-ramp').innerText()));
  const own = await legends();
  expect(new Set(own).size).toBe(maps.length);
  await page.getByRole('combobox', { name: 'Scale' }).selectOption('same');
  const [tensor, ...shares] = await legends();
  expect(tensor).toBe(own[0]);
  expect(new Set(shares).size).toBe(1);
});

test('The hidden first token is announced with its share beside every map, and comes back with one click', async ({
  page,
}) => {
  await open(page, shortReference);
  for (const name of maps) {
    await expect(picture(page, name)).toContainText(/Hidden: \[BOS\] \(0\), [\d.]+ % of the pinned row\./);
    await expect(grid(page, name)).toHaveAttribute('aria-colcount', '4');
  }
  await page.getByLabel('Hide first token').uncheck();
  for (const name of maps) {
    await expect(picture(page, name)).not.toContainText('Hidden:');
    await expect(grid(page, name)).toHaveAttribute('aria-colcount', '5');
  }
});

test('Every collapse of the tensor can be chosen, with numbers of its own', async ({ page }) => {
  await open(page, shortReference);
  const seen = new Set([JSON.stringify(await numbers(picture(page, 'Tensor')))]);
  for (const [name, title] of [
    ['in', 'Tensor, in'],
    ['out', 'Tensor, out'],
    ['in_class', 'Tensor, in+class'],
  ]) {
    await page.getByLabel('Collapse of the tensor').selectOption(name!);
    await expect(page.getByRole('grid', { name: title!, exact: true })).toBeVisible();
    await ready(page);
    seen.add(JSON.stringify(await numbers(picture(page, 'Tensor'))));
  }
  expect(seen.size).toBe(4);
});

test('The map of singular values says its price and waits to be asked, and can be cancelled half way', async ({
  page,
}) => {
  await open(page, reference);
  await page.getByLabel('Collapse of the tensor').selectOption('nuclear');
  const panel = page.getByRole('region', { name: 'Tensor, nuclear' });
  await expect(panel).toContainText(/: \d[\d.]* [MG]FLOP, \d[\d.]* [kMG]B/);
  await expect(panel.getByRole('grid')).toHaveCount(0);
  await panel.getByRole('button', { name: 'Compute' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel).toContainText('Cancelled');
  await ready(page);
  await expect(panel.getByRole('grid')).toHaveCount(0);

  await run(page, shortPrompt);
  await ready(page);
  await expect(panel.getByRole('grid')).toHaveCount(0); // another prompt, another price: asked again
  await panel.getByRole('button', { name: 'Compute' }).click();
  await expect(panel.getByRole('grid', { name: 'Tensor, nuclear' })).toBeVisible();
  await ready(page);
  const { rows } = await numbers(picture(page, 'Tensor'));
  expect(rows.flatMap((line) => line.slice(1)).every((text) => text === '' || Number(text) > 0)).toBe(true);
});

test('The norm map is estimated at once with its band, refined until it is stopped, and made exact', async ({
  page,
}) => {
  await open(page, shortReference);
  await page.getByLabel('Collapse of the tensor').selectOption('norm');
  const panel = page.getByRole('region', { name: 'Tensor, norm', exact: true });
  const said = panel.locator('.estimate');
  await expect(said).toContainText(/Estimated, ± \d[\d.]* % \(95 % band, median\), 16 of 112 probes\./);
  await ready(page);
  const first = await numbers(picture(page, 'Tensor'));
  expect(first.header[2]).toBe(`± ${first.header[1]}`);

  await panel.getByRole('button', { name: 'Refine' }).click();
  await expect(panel.getByRole('button', { name: 'Stop' })).toBeVisible();
  await expect(panel.getByRole('grid', { name: 'Tensor, norm' })).toBeVisible(); // in place
  await expect(said).toContainText(/(32|64) of 112 probes/);
  await panel.getByRole('button', { name: 'Stop' }).click();
  await ready(page);
  await expect(said).toContainText(/Estimated, .* (32|64) of 112 probes/);
  await expect(panel).not.toContainText('Cancelled');

  await panel.getByRole('button', { name: /^Exact, \d/ }).click();
  await expect(said).toContainText('Exact:');
  await expect(said).not.toContainText('Estimated');
  await ready(page);
  const exact = await numbers(picture(page, 'Tensor'));
  expect(exact.header).toHaveLength(1 + (first.header.length - 1) / 2);
  // 95 % of bands hold their value each: of so few, and with probes in common, allow two to miss.
  let missed = 0;
  exact.rows.forEach((line, row) => {
    line.slice(1).forEach((text, at) => {
      const [value, band] = first.rows[row]!.slice(1 + 2 * at, 3 + 2 * at).map(Number);
      if (text !== '' && Math.abs(Number(text) - value!) > band!) missed++;
    });
  });
  expect(missed).toBeLessThanOrEqual(2);
});

test('Raw attention shows the chosen block and head', async ({ page }) => {
  await open(page, `${shortReference}&hideFirst=0`);
  const mean = await numbers(picture(page, 'Raw attention, block 3, mean of heads'));
  await page.getByLabel('Block of the attention').selectOption('0');
  await page.getByLabel('Head of the attention').selectOption('1');
  await ready(page);
  const head = await numbers(picture(page, 'Raw attention, block 0, head 1'));
  expect(head).not.toEqual(mean);
  for (const line of head.rows) expect(sum(line.slice(1).map(Number))).toBeCloseTo(1, 4);
});
