// The flow graph and the shares among the layers: conserved on the page, readable by mouse, keyboard and table. On the float64 reference.
import { violations } from './support/axe.ts';
import { explained, numberIn, numbers, open, ready, row, shortReference, sum, tab, tokens } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const graph = (page: Page) => page.getByRole('region', { name: /^Flow graph, / });
const nodes = (page: Page) => graph(page).locator('svg').getByRole('button');
const total = async (page: Page) =>
  numberIn(await graph(page).getByText('explained number').locator('b').first().innerText());

test('From the answer down to a head and its tokens, with everything conserved', async ({ page }) => {
  await open(page, shortReference);
  const whole = (await numbers(row(page))).rows.find(([name]) => name === 'total')![1]!;
  await tab(page, 'Flow graph').click();
  await ready(page);
  await expect(graph(page).getByRole('heading').first()).toHaveText(/^logit .* − mean logit$/);
  await expect(graph(page)).toContainText(/worst node balance \S+ ✓, worst cut \S+ ✓/);
  expect(await total(page)).toBeCloseTo(Number(whole), 1); // three digits on the page

  // all edges: those into the end and the biases behind it sum to the number, and so does what enters any node
  const slider = graph(page).getByRole('slider', { name: /^Edges of at least/ });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(graph(page)).toContainText(/(\d+) of \1 edges, 100 %/);
  const { rows } = await numbers(graph(page));
  const into = (name: RegExp) =>
    rows.filter(([edge]) => name.test(edge!.split(' → ')[1]!)).map(([, value]) => Number(value));
  const out = (name: RegExp) =>
    rows.filter(([edge]) => name.test(edge!.split(' → ')[0]!)).map(([, value]) => Number(value));
  expect(sum(into(/^the explained number$/))).toBeCloseTo(Number(whole), 2);
  expect(sum(into(/^attention 1 at speak/))).toBeCloseTo(sum(out(/^attention 1 at speak/)), 2);
  expect(sum(into(/^stream before block 2 at speak/))).toBeCloseTo(sum(out(/^stream before block 2 at speak/)), 2);

  // by keyboard: from the top down to an attention node, which opens into its heads
  await nodes(page).last().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  const focused = page.locator('svg [role="button"]:focus');
  await expect(focused).toHaveAttribute('aria-label', /^attention 3 at speak \(4\): [+−][\d.]+; in: .*; out: /);
  await page.keyboard.press('Enter');
  await ready(page);
  const opened = graph(page).getByRole('region', { name: 'attention 3 at speak (4)' });
  const heads = opened.getByRole('group', { name: /^Heads of/ }).getByRole('button');
  const values = (await heads.allInnerTexts()).map((text) => numberIn(text.split(' ').at(-1)!));
  expect(values.length).toBeGreaterThan(1);
  expect(sum(values)).toBeCloseTo(sum(out(/^attention 3 at speak/)), 1);
  await expect(focused).toHaveAttribute('aria-label', /^head 3\.\d at speak \(4\)/);

  await heads.first().click();
  await ready(page);
  const head = graph(page).getByRole('region', { name: /^head 3\.\d at speak \(4\)/ });
  await expect(head.getByText('promotes')).toBeVisible();
  await expect(head.locator('dt:text-is("promotes") + dd .view-token')).toHaveCount(8);
  expect(new URL(page.url()).hash).toMatch(/node=head\+3\.\d\.4/);

  expect(await violations(page)).toEqual([]);

  const count = await nodes(page).count();
  await graph(page).getByRole('checkbox', { name: 'only through the opened node' }).check();
  await expect(async () => expect(await nodes(page).count()).toBeLessThan(count)).toPass();
  await nodes(page).first().focus();
  await page.keyboard.press('Escape');
  await expect(head).toBeHidden();
  await expect(nodes(page)).not.toHaveCount(0);
});

test('A high threshold hides edges and says what they sum to; scaled edges give the nodes their values back', async ({
  page,
}) => {
  await open(page, `${shortReference}&tab=graph&least=100`);
  const kept = graph(page).getByText(/ hidden, together [+−]/);
  await expect(kept).toBeVisible();
  const enter = async () => {
    const { rows } = await numbers(graph(page));
    return sum(rows.filter(([edge]) => edge!.endsWith('→ the explained number')).map(([, value]) => Number(value)));
  };
  const before = await enter();
  await graph(page).getByRole('checkbox', { name: 'renormalise' }).check();
  expect(await enter()).toBeCloseTo(await total(page), 1);
  expect(Math.abs(before)).toBeGreaterThan(0);
});

test('The pointer reads a node and an edge, a click opens a node, and a phone scrolls the picture, not the page', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, `${shortReference}&tab=graph`);
  const tip = graph(page).locator('.view-tip');
  const end = nodes(page).last();
  await end.hover();
  await expect(tip).toContainText(/^the explained number: [+−]/);
  const box = (await end.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height + 1); // between the last stream and the end
  await expect(tip).toContainText(/last stream at speak \(4\) → the explained number.* of the number/);
  await nodes(page).nth(1).click();
  await ready(page);
  await expect(nodes(page).nth(1)).toHaveAttribute('aria-pressed', 'true');
  await expect(graph(page).getByRole('button', { name: 'Close' })).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});

test('The output vector can be taken apart instead; a link with a wrong node and another token break nothing', async ({
  page,
}) => {
  await open(page, `${shortReference}&tab=graph&node=head+9.9.9&least=5000`);
  await expect(page.getByText(/least/).first()).toBeVisible(); // the link's damaged part is told
  await expect(graph(page)).toBeVisible();
  await expect(graph(page).getByRole('region')).toHaveCount(0);
  const words = await explained(page).innerText();
  await page.getByRole('combobox', { name: 'Takes apart' }).selectOption('output');
  await ready(page);
  await expect(graph(page)).toContainText('✓');
  expect(await total(page)).toBeGreaterThan(0);
  await expect(explained(page)).toHaveText(words); // the target of the other views is as it was
  await tokens(page).nth(2).click();
  await ready(page);
  await expect(page.getByRole('combobox', { name: 'Takes apart' })).toContainText('in (2)');
  await expect(graph(page)).toContainText('✓');
});

test('Shares of every sublayer add up to the explained number', async ({ page }) => {
  await open(page, `${shortReference}&tab=layers`);
  await page.getByRole('combobox', { name: 'Blocks' }).selectOption('shares');
  await ready(page);
  const shares = page.getByRole('region', { name: /^Shares, / });
  await expect(shares.getByRole('listitem')).toHaveCount(8);
  const { header, rows } = await numbers(shares);
  const at = numberIn(await shares.getByText('explained number').locator('b').first().innerText());
  const [heads, through] = [header.filter((name) => name.startsWith('head ')).length, header.indexOf('sublayer')];
  for (const cells of rows) {
    expect(sum(cells.slice(through, -1).map(Number))).toBeCloseTo(at, 1);
    if (cells[0]!.startsWith('attention'))
      expect(sum(cells.slice(1, 1 + heads).map(Number))).toBeCloseTo(Number(cells[through]), 2);
  }
  await page.getByRole('button', { name: 'About Shares of blocks' }).click();
  await expect(page.getByText(/are not parts of one whole/).first()).toBeVisible();
});

test('The graph alone in the window: larger, the opened node beside it, in the link; Esc comes back to the tab', async ({
  page,
}) => {
  await open(page, `${shortReference}&tab=graph`);
  const small = (await graph(page).locator('.view-flow-plot').boundingBox())!;
  const enlarge = page.getByRole('button', { name: 'Enlarge the flow graph' });
  await enlarge.click();
  const dialog = page.getByRole('dialog', { name: 'Flow graph, enlarged' });
  const large = dialog.getByRole('region', { name: /^Flow graph, / });
  await expect(large).toContainText(/worst node balance \S+ ✓, worst cut \S+ ✓/);
  const plot = large.locator('.view-flow-plot');
  await expect(async () => expect((await plot.boundingBox())!.width).toBeGreaterThan(1.3 * small.width)).toPass();
  await expect(page).toHaveURL(/enlarged=graph/);
  await large
    .locator('svg')
    .getByRole('button', { name: /^attention 3\.4/ })
    .click();
  await ready(page);
  const opened = large.getByRole('region', { name: 'attention 3 at speak (4)' });
  await expect(opened.getByText('promotes')).toBeVisible();
  const [left, right] = [(await plot.boundingBox())!, (await opened.boundingBox())!];
  expect(right.x).toBeGreaterThan(left.x + 200);
  expect(right.y).toBeLessThan(left.y + left.height);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(graph(page).getByRole('region', { name: 'attention 3 at speak (4)' })).toBeVisible();
});

test('Few enough lines at first; a chosen threshold stays until it is given back', async ({ page }) => {
  await open(page, `${shortReference}&tab=graph&least=0`);
  const slider = graph(page).getByRole('slider', { name: /^Edges of at least/ });
  await expect(slider).toHaveValue('0');
  await graph(page).getByRole('button', { name: 'as at first' }).click();
  await expect(slider).toHaveAttribute('aria-valuetext', '2 % of the explained number');
  await expect(graph(page).getByRole('button', { name: 'as at first' })).toHaveCount(0);
  expect(page.url()).not.toContain('least=');
});
