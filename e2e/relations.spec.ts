// The room of relations: decoders of an embedded relation and of an own table, with controls, edits, a sweep over the layers, a link, and bad input.
import { readFileSync } from 'node:fs';
import { exported } from './support/exported.ts';
import { inState, numbers, ready, shortPrompt } from './support/page.ts';
import { expect, type Locator, type Page, test } from './support/test.ts';

const settings = (entries: object) => encodeURIComponent(JSON.stringify(entries));
/** Small enough for a software GPU. */
const small = { training: 3, splits: 1, jacobian: false };
const room = (entries: object) =>
  `/#v=1&room=relations&prompt=${shortPrompt.replaceAll(' ', '+')}&relation=${settings(entries)}`;
const result = (page: Page): Locator => page.getByRole('region', { name: 'Relation, result' });
const decode = (page: Page): Locator => page.getByRole('button', { name: 'Decode' });
const long = { timeout: 100_000 };

/** "96 % [80, 99]" → 96. */
async function share(table: Locator, name: string): Promise<number> {
  const row = table.getByRole('row').filter({ has: table.page().getByRole('rowheader', { name, exact: true }) });
  return Number.parseInt((await row.getByRole('cell').first().textContent()) ?? '', 10);
}

test('A relation of the embedded world: the tensor decodes it, controls do not; edits, sweep, link', async ({
  page,
}) => {
  await page.goto(room(small));
  await ready(page);
  await page
    .getByRole('combobox', { name: 'Relation', exact: true })
    .selectOption({ label: 'person → instrument (29)' });
  await expect(page.getByLabel('Prompt of the relation')).toHaveValue(/\{\}/);
  await decode(page).click();
  await expect(result(page)).toBeVisible(long);
  const table = page.getByRole('table', { name: 'Decoders, embedding, 3 training subjects' });
  expect(await share(table, 'tensor')).toBeGreaterThanOrEqual(85);
  for (const control of ['identity', 'constant', 'random']) expect(await share(table, control)).toBeLessThan(50);
  const edits = page.getByRole('table', { name: 'Editing the subject' });
  expect(await share(edits, 'inverse of the tensor’s W')).toBeGreaterThan(60);
  expect(await share(edits, 'a random change as large')).toBeLessThan(30);
  const betas = page.getByRole('table', { name: 'Other β' });
  expect(await share(betas, 'tensor')).toBeGreaterThan(0);
  const csv = await exported(page, 'CSV');
  expect(csv).toMatch(
    /^"Decoders, embedding, 3 training subjects",tensor,says what the model says,(0\.8[5-9]|0\.9|1)/m,
  );
  for (const name of ['"Decoders, β = 2"', 'Editing the subject', 'Subjects']) expect(csv).toContain(`\n${name},`);
  const subjects = page.getByRole('table', { name: 'Subjects', exact: true });
  await expect(subjects.getByRole('row')).toHaveCount(30);
  await expect(result(page)).toContainText('Strongest directions');

  await page.getByRole('button', { name: 'Read the subject at every layer' }).click();
  const sweep = page.getByRole('figure', { name: 'Layer sweep, 3 training subjects' });
  await expect(sweep).toBeVisible(long);
  const { header, rows } = await numbers(sweep);
  expect(header).toEqual(['decoder', 'embedding', 'before block 1', 'before block 2', 'before block 3']);
  const tensor = rows.find(([name]) => name === 'tensor')!;
  expect(Number.parseInt(tensor[1]!, 10)).toBeGreaterThanOrEqual(85);
  expect(Number.parseInt(tensor[3]!, 10)).toBeLessThan(50);

  const json = await exported(page, 'JSON');
  const { calls } = JSON.parse(json);
  const asked = calls.filter(({ call }: { call: string }) => call === 'relation');
  expect(asked.map(({ request }: { request: { layers: number[] } }) => request.layers)).toEqual([[0], [0, 1, 2, 3]]);

  await page
    .getByLabel('Open an export')
    .setInputFiles({ name: 'tensorscope.json', mimeType: 'application/json', buffer: Buffer.from(json) });
  await inState(page, 'stored');
  await expect(page.getByRole('heading', { name: 'Relations' })).toBeVisible();

  // The link opens the same relation, and decodes it.
  const link = page.url();
  expect(decodeURIComponent(link)).toContain('"name":"person_instrument"');
  await page.goto('about:blank');
  await page.goto(link.replace(/%2C%22sweep%22%3Atrue|,%22sweep%22%3Atrue/, ''));
  await expect(result(page)).toBeVisible(long);
  expect(await share(table, 'tensor')).toBeGreaterThanOrEqual(85);
});

test('An own table: what cannot be used is told, and work can be stopped', async ({ page }) => {
  await page.goto(room(small));
  await ready(page);
  await page.getByRole('combobox', { name: 'Relation', exact: true }).selectOption('own table');
  const table = page.getByRole('textbox', { name: 'Table of subjects and objects' });
  await expect(table).toHaveValue(/dunmere,dorland/);
  const alert = page.getByRole('alert');

  await table.fill('');
  await expect(page.getByText('The table is empty')).toBeVisible();
  await decode(page).click();
  await expect(alert).toContainText('The table is empty');

  await table.fill('dunmere,dorland\n');
  await decode(page).click();
  await expect(alert).toContainText('has one subject: give at least two');

  await table.fill('dunmere,"dorland');
  await decode(page).click();
  await expect(alert).toContainText('The quotation mark of line 1 is never closed');

  await table.fill('atlantis,nowhere\nlemuria,nowhere\nNaN,dorland\n');
  await expect(page.getByText('with a missing subject or object (line 3)')).toBeVisible();
  await decode(page).click();
  await expect(alert).toContainText('Only 0 of the 2 subjects can be used');
  await expect(alert).toContainText('whose subject the model has no word for (atlantis, lemuria)');

  const world = JSON.parse(readFileSync('public/models/tiny-world/world.json', 'utf8'));
  const facts = Object.entries<string>(world.relations.person_job.facts);
  const rows = Array.from({ length: 10_000 }, (_, at) => facts[at]?.join(';') ?? `stranger${at};painter`);
  const content = Buffer.from(`subject;object\n${rows.join('\n')}\n`);
  await page.getByLabel('CSV file').setInputFiles({ name: 'jobs.csv', mimeType: 'text/csv', buffer: content });
  await expect(page.getByText('10000 subjects.')).toBeVisible();
  await expect(page.getByText('too long for a link')).toBeVisible();
  await page.getByLabel('Prompt of the relation').fill(world.relations.person_job.templates[0].replace('{s}', '{}'));
  await decode(page).click();
  // Drawn from ten thousand, hardly one of the world's people is among the two hundred.
  await expect(alert).toContainText('The table has 10000 subjects; 200 of them are used, drawn with seed 1.', long);

  await page.getByRole('combobox', { name: 'Relation', exact: true }).selectOption({ label: 'city → country (28)' });
  await decode(page).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(decode(page)).toBeEnabled();
  await expect(result(page)).toHaveCount(0);

  await page.getByRole('combobox', { name: 'Model' }).selectOption('tiny-world-encoder');
  await ready(page);
  await decode(page).click();
  await expect(alert).toContainText('this model reads in both directions');
});

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}
declare const axe: { run(): Promise<{ violations: readonly Violation[] }> };

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in ${colorScheme} colours, and a phone scrolls only down`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 844 });
    const facts = 'sara,piano\ncarl,violin\n';
    await page.goto(room({ ...small, table: facts, template: '{} plays the' }));
    await ready(page);
    await page
      .getByRole('combobox', { name: 'Relation', exact: true })
      .selectOption({ label: 'person → instrument (29)' });
    await decode(page).click();
    await expect(result(page)).toBeVisible(long);
    await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' });
    const { violations } = await page.evaluate(async () => axe.run());
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))).toEqual([]);
    const sideways = await page.locator('html').evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(sideways).toBe(0);
  });
}
