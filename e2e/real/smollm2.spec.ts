// SmolLM2-135M-Instruct (30 blocks, 49,152 tokens) headless and in the page, against transformers: token ids, the greedy continuation, logits.
// A continuation is greedy when, after every part of it, the next token is the model's first choice: one run over prompt and continuation tells.
import { readFile } from 'node:fs/promises';
import { hubMirror } from '../../src/models/testing/hubMirror.ts';
import { relativeError } from '../../src/tensor/compare.ts';
import { fidelity, inState, open, pieces, run, shortPrompt } from '../support/page.ts';
import { expect, test } from '../support/test.ts';
import { reportTimes } from '../support/times.ts';
import { analyze, type DecoderCase, folderOf, largestAt, readResults } from './models.ts';

const id = 'HuggingFaceTB/SmolLM2-135M-Instruct';
const vocab = 49_152;
const results = readResults<DecoderCase>('smollm2');

/** Of the logits' largest entry. The two programs differ by float32 rounding (1e-5); the project promises 1e-3. */
const tolerance = 1e-3;

for (const [name, { prompt, ids, continuation }] of Object.entries(results.cases)) {
  test(`analyze continues “${prompt}” as transformers does, with the same logits`, async () => {
    const prompted = await analyze(`--model=${folderOf(id)}`, `--prompt=${prompt}`);
    expect(prompted.ids).toEqual(ids);
    const all = [...ids, ...continuation.slice(0, -1)];
    const whole = await analyze(`--model=${folderOf(id)}`, `--ids=${all}`, '--logits');
    const logits = whole.numbers('logits');
    const row = (token: number) => logits.subarray(token * vocab, (token + 1) * vocab);
    expect(continuation.map((_, at) => largestAt(row(ids.length - 1 + at)))).toEqual([...continuation]);
    const expected = results.numbers(`logits.${name}`);
    const error = relativeError([...row(ids.length - 1), ...row(all.length - 1)], expected);
    expect(error).toBeLessThan(tolerance);
    console.log(`measured: ${name}, logits against transformers ${error.toExponential(1)}; ${whole.words}`);
  });
}

interface Prediction {
  readonly id: number;
  readonly logit: number;
}

test('The page opens it from a mirror of the hub, and predicts what transformers does', async ({ page }) => {
  const mirror = await hubMirror(folderOf(id), { id, revision: 'main' });
  const { prompt: text, ids, continuation, text: continued } = results.cases.capital!;
  const begun = continued.slice(0, continued.indexOf('.')); // the whole takes a software GPU minutes
  try {
    await open(page, `#v=1&prompt=${shortPrompt.replaceAll(' ', '+')}`);
    const started = performance.now();
    await page.getByRole('combobox', { name: 'Model' }).selectOption('From the hub…');
    const dialog = page.getByRole('dialog', { name: 'A model from the hub' });
    await dialog.getByRole('textbox', { name: 'Hub id' }).fill(id);
    await dialog.getByRole('textbox', { name: 'Hub address' }).fill(mirror.base);
    await dialog.getByRole('button', { name: 'Look up', exact: true }).click();
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(dialog).toHaveCount(0);
    const opened = performance.now();
    await run(page, text + begun);
    await inState(page, 'ready', 600_000);
    const analysed = performance.now();
    expect((await pieces(page)).length).toBeGreaterThan(ids.length);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /^JSON / }).click();
    const record = JSON.parse((await readFile(await (await download).path())).toString());
    const { tokens, predictions }: { tokens: { id: number }[]; predictions: Prediction[][] } = record.run;
    const expectedIds = [...ids, ...continuation].slice(0, tokens.length);
    expect(tokens.map((token) => token.id)).toEqual(expectedIds);
    for (let at = ids.length - 1; at + 1 < tokens.length; at++)
      expect(predictions[at]![0]!.id).toBe(tokens[at + 1]!.id);
    const first = results.numbers('logits.capital').subarray(0, vocab);
    const own = predictions[ids.length - 1]!;
    expect(
      relativeError(
        own.map(({ logit }) => logit),
        own.map(({ id }) => first[id]!),
      ),
    ).toBeLessThan(tolerance);
    await expect(fidelity(page)).toContainText('✓ complete');
    const seconds = (from: number, to: number) => Number(((to - from) / 1000).toFixed(1));
    reportTimes({ model: id, open: seconds(started, opened), analysis: seconds(opened, analysed) });
  } finally {
    await mirror.close();
  }
});
