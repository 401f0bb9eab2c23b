// all-MiniLM-L6-v2 (an encoder without a head: 6 blocks, 384 wide) headless and in the page, against transformers.
import { hubMirror } from '../../src/models/testing/hubMirror.ts';
import { relativeError } from '../../src/tensor/compare.ts';
import { fidelity, grid, ready, tokens } from '../support/page.ts';
import { expect, test } from '../support/test.ts';
import { reportTimes } from '../support/times.ts';
import { analyze, type EncoderCase, folderOf, readResults } from './models.ts';

const id = 'sentence-transformers/all-MiniLM-L6-v2';
const results = readResults<EncoderCase>('minilm');

/** Of the hidden states' largest entry: float32 rounding gives 1e-6, the project promises 1e-3. */
const tolerance = 1e-3;

for (const [name, { prompt, ids }] of Object.entries(results.cases)) {
  test(`analyze has transformers’ tokens and hidden states for “${prompt}”`, async () => {
    const {
      ids: own,
      numbers,
      words,
    } = await analyze(`--model=${folderOf(id)}`, `--prompt=${prompt}`, '--maps=in_out');
    expect(own).toEqual(ids);
    const error = relativeError(numbers('y'), results.numbers(`hidden.${name}`));
    expect(error).toBeLessThan(tolerance);
    console.log(`measured: ${name}, hidden states against transformers ${error.toExponential(1)}; ${words}`);
  });
}

test('The page opens it from a link, asks first, and shows the maps', async ({ page }) => {
  const mirror = await hubMirror(folderOf(id), { id, revision: 'main' });
  const { prompt: text, ids } = results.cases.plain!;
  try {
    await page.goto(`/#v=1&model=${encodeURIComponent(id)}&hub=${mirror.base}&prompt=${encodeURIComponent(text)}`);
    const started = performance.now();
    const dialog = page.getByRole('dialog', { name: 'A model from the hub' });
    await dialog.getByRole('button', { name: 'Look up', exact: true }).click();
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await ready(page);
    await expect(tokens(page)).toHaveCount(ids.length);
    await expect(grid(page, 'Tensor')).toBeVisible();
    await expect(fidelity(page)).toContainText('✓ complete');
    reportTimes({ model: id, analysis: Number(((performance.now() - started) / 1000).toFixed(1)) });
  } finally {
    await mirror.close();
  }
});
