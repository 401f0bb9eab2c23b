// The maps of other methods: each opens on the embedded model with its numbers, its help, and a sentence where it is not defined.
import { grid, numbers, open, picture, ready, reference, shortReference, sum } from './support/page.ts';
import { expect, test } from './support/test.ts';

const norms = [
  ['attn_n', 'Attn-N'],
  ['attn_res_n', 'AttnRes-N'],
  ['rollout_attn_n', 'Rollout of Attn-N'],
  ['rollout_attn_res', 'Value-weighted rollout'],
  ['alti', 'ALTI'],
] as const;
/** Rows of these sum to 1. */
const shares = ['Rollout of Attn-N', 'Value-weighted rollout', 'ALTI'];

test('Every map of vector norms opens on the embedded model, and shares sum to 1', async ({ page }) => {
  await open(page, `${shortReference}&hideFirst=0&panels=${norms.map(([name]) => name).join(',')}`);
  for (const [, title] of norms) {
    const { rows } = await numbers(picture(page, title));
    expect(rows).toHaveLength(5);
    for (const [at, [, ...values]] of rows.entries()) {
      expect(values.slice(at + 1).every((value) => value === '')).toBe(true);
      const row = values.slice(0, at + 1).map(Number);
      expect(row.every((value) => value >= 0)).toBe(true);
      if (shares.includes(title))
        expect(Math.abs(sum(row) - 1)).toBeLessThan(5e-3); // as printed
      else expect(sum(row)).toBeGreaterThan(0);
    }
  }
});

test('Maps are chosen from groups; a block of its own, and the help says what it is not', async ({ page }) => {
  await open(page, `${shortReference}&hideFirst=0&panels=tensor`);
  await page.getByRole('button', { name: '+ Map' }).click();
  await expect(page.getByRole('group').filter({ hasText: 'Vector norms' }).first()).toBeVisible();
  await page.getByRole('menuitemcheckbox', { name: 'Attn-N', exact: true }).click();
  await page.keyboard.press('Escape');
  await ready(page);
  const panel = page.getByRole('region', { name: 'Attn-N', exact: true });
  const last = await numbers(panel);
  await panel.getByLabel('Block of Attn-N').selectOption('0');
  await ready(page);
  await expect(grid(page, 'Attn-N, block 0')).toBeVisible();
  expect((await numbers(panel)).rows).not.toEqual(last.rows);
  expect(new URL(page.url()).hash).toContain('block=0');
  await panel.getByRole('button', { name: 'About Attn-N' }).click();
  await expect(panel.getByText('Not a share of anything')).toBeVisible();
});

test('DecompX shares the biases: a row sums to the explained number, and apart it is the class map', async ({
  page,
}) => {
  await open(page, `${shortReference}&hideFirst=0&panels=decompx,in_class&biases=token`);
  const apart = await numbers(picture(page, 'DecompX'));
  expect(apart.rows).toEqual((await numbers(picture(page, 'Tensor, in+class'))).rows);
  await page.getByLabel('Sharing of the biases').selectOption('norm');
  await ready(page);
  const shared = await numbers(picture(page, 'DecompX'));
  expect(shared.rows).not.toEqual(apart.rows);
});

test('What is not defined for a model says so, and what to use', async ({ page }) => {
  await open(page, `${shortReference}&panels=attn_res_ln_n,globenc`);
  await expect(page.getByText('AttnResLn-N is not defined for this model')).toBeVisible();
  await expect(page.getByText('Use ALTI or the value-weighted rollout.')).toBeVisible();
});

test('On the encoder, norms stand on the residual path: AttnResLn-N and GlobEnc are there', async ({ page }) => {
  await open(page, `${reference}&model=tiny-world-encoder&panels=attn_res_ln_n,globenc`);
  for (const title of ['AttnResLn-N', 'GlobEnc']) {
    const { rows } = await numbers(picture(page, title));
    expect(rows.every(([, ...values]) => values.every((value) => Number(value) > 0))).toBe(true);
  }
});
