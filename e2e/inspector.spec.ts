// The inspector: what its four tabs say must agree with each other and with the model's own logits. On the float64 reference.
import {
  cell,
  explained,
  grid,
  type Numbers,
  numberIn,
  numbers,
  open,
  pieces,
  ready,
  reference,
  row,
  shortReference,
  sum,
  tab,
  tokens,
} from './support/page.ts';
import { expect, type Locator, type Page, test } from './support/test.ts';

const prediction = (page: Page, at: number): Locator =>
  page
    .getByRole('group', { name: /^Predictions after token/ })
    .getByRole('button')
    .nth(at);

/** The logit that a prediction's title gives, to two decimals. */
async function logit(button: Locator): Promise<number> {
  const title = (await button.getAttribute('title')) ?? '';
  return numberIn(/logit (\S+)$/.exec(title)?.[1] ?? '');
}

function parts({ rows }: Numbers) {
  const value = (name: string) => Number(rows.find(([head]) => head === name)?.[1]);
  const inputs = rows.slice(0, -2).map(([, text]) => Number(text));
  return { inputs, bias: value('bias'), total: value('total') };
}

test('The row of a plain logit and its bias add up to the logit that the model predicts with', async ({ page }) => {
  await open(page, `${reference}&prompt=the+river+of+lunden+is+the&direction=logit`);
  const { inputs, bias, total } = parts(await numbers(row(page)));
  expect(inputs).toHaveLength((await pieces(page)).length);
  expect(sum(inputs) + bias).toBeCloseTo(total, 3);
  expect(total).toBeCloseTo(await logit(prediction(page, 0)), 2);
  await expect(row(page)).toContainText(/Σ sources .* ✓/);
});

test('Choosing a prediction and then a second one explains the first against the second', async ({ page }) => {
  await open(page, `${reference}&prompt=the+river+of+lunden+is+the`);
  const [first, second] = [prediction(page, 0), prediction(page, 1)];
  const difference = (await logit(first)) - (await logit(second));
  const word = async (button: Locator) => (await button.innerText()).split(' ')[0]!;
  const [one, two] = [await word(first), await word(second)];
  await expect(explained(page)).toContainText(`logit ${one} − mean logit`);
  await first.click();
  await second.click();
  await ready(page);
  await expect(explained(page)).toContainText(`logit ${one} − logit ${two}`);
  await expect(row(page).getByRole('heading')).toHaveText(`logit ${one} − logit ${two}`);
  await expect(second).toHaveAttribute('aria-pressed', 'true');
  expect(parts(await numbers(row(page))).total).toBeCloseTo(difference, 1);
  expect(new URL(page.url()).hash).toMatch(/direction=contrast&against=\d+/);
});

test('Any word of the vocabulary can be the target, and one outside it is refused in words', async ({ page }) => {
  await open(page, shortReference);
  const field = page.getByRole('textbox', { name: 'or a word' });
  await field.fill('zqxv');
  await field.press('Enter');
  await expect(page.getByText('“zqxv” is not one token of this vocabulary.')).toBeVisible();
  await field.fill('mary');
  await field.press('Enter');
  await ready(page);
  await expect(explained(page)).toContainText('logit mary');
});

test('Two pinned tokens are explained together: their rows are added up', async ({ page }) => {
  await open(page, shortReference);
  const rowOf = async (at: number, modifiers: 'Shift'[] = []) => {
    await tokens(page).nth(at).click({ modifiers });
    await ready(page);
    return parts(await numbers(row(page)));
  };
  const three = await rowOf(3);
  const two = await rowOf(2);
  const both = await rowOf(3, ['Shift']);
  expect(both.total).toBeCloseTo(three.total + two.total, 3);
  for (const [at, value] of both.inputs.entries()) expect(value).toBeCloseTo(three.inputs[at]! + two.inputs[at]!, 3);
});

test('Hovering a token previews its row, and leaving it brings the explained one back', async ({ page }) => {
  await open(page, shortReference);
  const heading = row(page).getByRole('heading');
  const before = await heading.innerText();
  await tokens(page).nth(1).hover();
  await expect(heading).not.toHaveText(before);
  await page.getByRole('heading', { name: 'Tensorscope' }).hover();
  await expect(heading).toHaveText(before);
});

test('A pair shows its singular values, whose squares add up to its norm, and tokens its directions read and write', async ({
  page,
}) => {
  await open(page, `${shortReference}&pin=4&source=3&tab=pair`);
  const pair = page.getByRole('region', { name: 'Pair, output speak (4), input iverton (3)', exact: true });
  const { rows } = await numbers(pair);
  const values = rows.map(([, value]) => Number(value));
  expect(values).toHaveLength(112);
  expect(values.every((value, at) => value >= 0 && value <= (values[at - 1] ?? Infinity))).toBe(true);
  const norm = numberIn(await pair.locator('dt:text-is("‖T_ij‖") + dd b').innerText());
  expect(Math.hypot(...values) / norm).toBeCloseTo(1, 2);
  const directions = pair.locator('ol > li');
  await expect(directions).toHaveCount(6);
  for (const words of ['reads', 'writes']) {
    await expect(directions.first().locator(`dt:text-is("${words}") + dd li`)).toHaveCount(6);
  }
  await page.getByRole('combobox', { name: 'Input' }).selectOption('2');
  await expect(page.getByRole('region', { name: 'Pair, output speak (4), input in (2)', exact: true })).toBeVisible();
  await ready(page);
  const other = await numbers(page.getByRole('region', { name: 'Pair, output speak (4), input in (2)', exact: true }));
  expect(other.rows[0]![1]).not.toBe(rows[0]![1]);
});

test('Layers over the whole model repeat the row, read from either end, and the scrubber names the blocks', async ({
  page,
}) => {
  await open(page, shortReference);
  const whole = parts(await numbers(row(page)));
  await tab(page, 'Layers').click();
  await ready(page);
  const layers = page.getByRole('region', { name: /^Layers, [^:]*$/ });
  const same = (line: readonly string[]) => {
    const [bias, total] = line.slice(-2).map(Number);
    const inputs = line.slice(1, -2).map(Number);
    expect(inputs).toHaveLength(whole.inputs.length);
    for (const [at, value] of inputs.entries()) expect(value).toBeCloseTo(whole.inputs[at]!, 3);
    expect(bias).toBeCloseTo(whole.bias, 3);
    expect(total).toBeCloseTo(whole.total, 3);
  };
  const from = await numbers(layers);
  expect(from.rows).toHaveLength(5);
  same(from.rows[0]!);
  expect(from.rows[2]).not.toEqual(from.rows[0]);

  await page.getByRole('combobox', { name: 'Blocks' }).selectOption('upTo');
  await ready(page);
  const upTo = await numbers(layers);
  same(upTo.rows.at(-1)!);

  const scrubber = layers.getByRole('slider', { name: /^Layer/ });
  await scrubber.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(scrubber).toHaveAttribute('aria-valuetext', /^1: .*block/);
});

test('A slice has a heatmap an input with the norm that the pair has, and one opens large, zooms by keyboard and closes', async ({
  page,
}) => {
  await open(page, `${shortReference}&pin=4&tab=slice&hideFirst=0`);
  const slice = page.getByRole('region', { name: '3-D slice of output speak (4)', exact: true });
  const tiles = slice.getByRole('list', { name: 'Inputs' }).getByRole('button');
  await expect(tiles).toHaveCount(5);
  const tile = tiles.nth(3);
  const norm = numberIn(/= ([\d.]+)/.exec((await tile.textContent()) ?? '')![1]!);
  await tile.focus();
  await page.keyboard.press('Enter');
  const large = grid(page, 'T_ij, input iverton (3)');
  await large.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await expect(cell(large)).toContainText('output d 110, input e 1: ');
  await expect(large).toHaveAttribute('aria-rowcount', '112');
  await page.keyboard.press('+');
  await expect(large).not.toHaveAttribute('aria-rowcount', '112');
  await page.keyboard.press('0');
  await expect(large).toHaveAttribute('aria-rowcount', '112');
  await page.keyboard.press('Escape');
  await expect(large).toBeHidden();
  await expect(tile).toBeFocused();
  await expect(tokens(page).nth(4)).toHaveAttribute('aria-pressed', 'true');

  await tab(page, 'Pair').click();
  await expect(page.getByRole('combobox', { name: 'Input' })).toHaveValue('3'); // the opened tile chose the pair
  const pair = page.getByRole('region', { name: 'Pair, output speak (4), input iverton (3)', exact: true });
  expect(numberIn(await pair.locator('dt:text-is("‖T_ij‖") + dd b').innerText())).toBe(norm);
});

test('The contractions of a slice can be chosen, with inputs as columns or as rows', async ({ page }) => {
  await open(page, `${shortReference}&tab=slice&hideFirst=0`);
  const names = ['channels × source', 'source × channels', 'class direction'];
  for (const name of names) {
    await page.getByRole('group', { name: 'Contraction' }).getByText(name).click();
    await expect(page.getByRole('radio', { name })).toBeChecked();
    await expect(grid(page, `3-D slice, ${name}`)).toBeVisible();
  }
  await expect(grid(page, '3-D slice, class direction')).toHaveAttribute('aria-rowcount', '5');
  await expect(grid(page, '3-D slice, class direction')).toHaveAttribute('aria-colcount', '112');
});

test('Another operator is named wherever T would be: slice, pair, help', async ({ page }) => {
  await open(page, `${shortReference}&tab=slice&operator=jacobian`);
  const slice = page.getByRole('region', { name: /^3-D slice of output/ });
  await expect(slice.getByRole('heading').first()).toHaveText(/^The Jacobian, output .*: J_ij of every input$/);
  await expect(slice.getByRole('list', { name: 'Inputs' }).getByRole('button').first()).toHaveAccessibleName(
    /‖J_ij‖ = /,
  );
  expect((await numbers(slice)).header).toContain('‖J_ij‖');
  await page.getByRole('button', { name: 'About 3-D slice' }).click();
  await expect(page.getByText('Here of the Jacobian in place of T:')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/^Not an account of the output/)).toBeVisible();
  await tab(page, 'Pair').click();
  await page.getByLabel('Operator').selectOption('attnlrp');
  await ready(page);
  const pair = page.getByRole('region', { name: /^Pair, / });
  await expect(pair.getByRole('heading').first()).toHaveText(/^AttnLRP, R_ij: output/);
  await expect(pair.locator('dt:text-is("‖R_ij‖")')).toBeVisible();
  await page.getByLabel('Operator').selectOption('tensor');
  await ready(page);
  await expect(pair.getByRole('heading').first()).toHaveText(/^T_ij: output/);
});
