// The faithfulness tab: a map is tested by masking its tokens in order, here and on many prompts, and by the tokens that are known to be responsible.
// On the float64 reference, with few rankings.
import { violations } from './support/axe.ts';
import { exported } from './support/exported.ts';
import { explained, numberIn, open, reference, run, shortReference, tab, tokens } from './support/page.ts';
import { expect, type Locator, type Page, test } from './support/test.ts';

const few = 'rankings=in_class:centred,recency,random';
const prompt = 'the+river+that+crosses+dunmere+is+the';
const here = `${reference}&prompt=${prompt}&tab=faithfulness&${few}`;

const compute = (page: Page): Locator => page.getByRole('button', { name: 'Compute', exact: true });
const areas = (page: Page): Locator => page.getByRole('table', { name: /: areas$/ });
const panel = (page: Page): Locator => page.getByRole('tabpanel', { name: 'Faithfulness' });

async function rows(table: Locator): Promise<string[][]> {
  return table
    .locator('tbody tr')
    .evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? '')));
}

test('Masking what the row puts first costs the answer, and the best order stands first', async ({ page }) => {
  await open(page, here);
  await expect(panel(page).getByText(/6 of 8 tokens can be masked/)).toBeVisible();
  await expect(panel(page).getByText(/at most \d+ masked runs/)).toBeVisible();
  await compute(page).click();
  await expect(areas(page)).toBeVisible();
  const found = await rows(areas(page));
  expect(found.map(([name]) => name)).toHaveLength(3);
  const gaps = found.map(([, , , gap]) => numberIn(gap!.split(' ')[0]!));
  expect(gaps).toEqual(gaps.toSorted((a, b) => b - a));
  // Of this fact the subject is all that matters: the row of T finds it, and recency does not.
  expect(found[0]![0]).toBe('Tensor, class (centred)');
  expect(gaps[0]!).toBeGreaterThan(0.3);
  for (const [, morf, lerf, gap] of found)
    expect(numberIn(lerf!) - numberIn(morf!)).toBeCloseTo(numberIn(gap!.split(' ')[0]!), 1);
  await expect(panel(page).getByText(/One prompt has no interval/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  // Another question: the picture says that it answers the old one.
  await panel(page).getByRole('checkbox', { name: 'Distance-matched' }).check();
  await expect(panel(page).getByText(/answers the question before/)).toBeVisible();
  expect(new URL(page.url()).hash).toContain('matched=1');
});

test('Many prompts run beside the one on the screen, and what cannot be tested is left out in words', async ({
  page,
}) => {
  await open(page, `${here}&study=set`);
  const before = await explained(page).innerText();
  const count = await tokens(page).count();
  await panel(page).getByRole('radio', { name: 'own list' }).check({ force: true });
  await compute(page).click();
  await expect(panel(page).getByRole('alert')).toHaveText('The list is empty: write one prompt a line.');
  await panel(page)
    .getByLabel(/^Prompts, one a line/)
    .fill('people in iverton speak\nmary\nthe river that crosses dunmere is the');
  // Every prompt's own run, and at most so many masked ones of the two that can be masked.
  await expect(
    panel(page).getByText(/^3 prompts of about \d+ tokens in all, at most \d+ runs, \d.* [MG]FLOP/),
  ).toBeVisible();
  await compute(page).click();
  await expect(areas(page)).toBeVisible();
  await expect(panel(page).getByText('2 of 3 prompts count; masked tokens become [UNK].')).toBeVisible();
  await expect(
    panel(page).getByText(/Left out, Own list 2: Only \d tokens? .*can be masked|Left out, Own list 2: Only 0/),
  ).toBeVisible();
  const csv = (await exported(page, 'CSV')).split('\r\n');
  const shown = await rows(areas(page));
  for (const [name, morf] of shown) {
    const line = csv.find(
      (each) =>
        each.startsWith('"Deletion on 2 prompts, probability, areas",') &&
        each.includes(`${name!.split(' (')[0]}`) &&
        each.includes(',MoRF,'),
    );
    expect(Number(line?.split(',').at(-1))).toBeCloseTo(numberIn(morf!), 2);
  }
  const { study } = JSON.parse(await exported(page, 'JSON'));
  expect(study.notes).toContain('2 of 3 prompts count; masked tokens become [UNK].');
  const [first] = shown;
  expect(first![3]).toMatch(/^[+−]?\d\.\d\d \[[+−]?\d\.\d\d, [+−]?\d\.\d\d\]$/);
  expect(await explained(page).innerText()).toBe(before);
  expect(await tokens(page).count()).toBe(count);
});

test('A file that is no text is refused, and a text file fills the list', async ({ page }) => {
  await open(page, `${here}&study=set`);
  await panel(page).getByRole('radio', { name: 'own list' }).check({ force: true });
  const file = panel(page).getByLabel('or a text file');
  await file.setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0xff, 0xfe, 0]) });
  await expect(panel(page).getByRole('alert')).toContainText('cat.png is no text in UTF-8');
  await file.setInputFiles({ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('one\ntwo\n') });
  await expect(panel(page).getByLabel(/^Prompts, one a line/)).toHaveValue('one\ntwo\n');
});

test('Localisation: the row finds the responsible token of a fact, and cancelling keeps what was there', async ({
  page,
}) => {
  await open(page, `${shortReference}&tab=faithfulness&study=localisation&rankings=in_class:centred,recency`);
  await panel(page).getByLabel('Sentences of each family').selectOption('4');
  await compute(page).click();
  const table = page.getByRole('table', { name: /^Localisation/ });
  await expect(table).toBeVisible({ timeout: 120_000 });
  const found = await rows(table);
  const fact = (name: string) => numberIn(found.find(([head]) => head === name)![1]!.split(' ')[0]!);
  expect(fact('Tensor, class (centred)')).toBeGreaterThan(fact('Recency (nearer = more relevant)'));
  await panel(page).getByLabel('Sentences of each family').selectOption('40');
  await compute(page).click();
  await expect(panel(page).getByText(/prompt ([2-9]|\d\d+) of \d+/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel test' }).click();
  await expect(panel(page).getByText(/What follows is a part of the answer/)).toBeVisible();
  await expect(panel(page).getByText(/^Only \d+ of \d+ prompts were tried/)).toBeVisible();
});

test('A prompt with nothing to mask says so, and the other tabs go on', async ({ page }) => {
  await open(page, `${reference}&prompt=mary&tab=faithfulness`);
  await expect(panel(page).getByText(/orders need at least two/)).toBeVisible();
  await expect(compute(page)).toBeDisabled();
  await run(page, 'people in iverton speak');
  await expect(compute(page)).toBeEnabled();
  await tab(page, 'Row').click();
  await expect(page.getByRole('region', { name: /^Row: / })).toBeVisible();
});
