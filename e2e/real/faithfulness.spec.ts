// Does T read the computation of a real decoder? SmolLM2 on prompts whose answer lies far back and does not stand in the text, and on prompts in which the
// predicted word stands twice (fixtures/prompts), beside the control that needs no network. Localisation of the first of both sets, on the float64
// reference, which is the faster of the two without a graphics card; docs/FAITHFULNESS.md has all of them, and deletion.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '../support/test.ts';
import { folderOf } from './models.ts';

interface Row {
  readonly group: string;
  readonly rate: { readonly mean: number };
}

interface Result {
  readonly sets: readonly {
    readonly name: string;
    readonly prompts: number;
    readonly of: number;
    readonly hits: readonly Row[];
    readonly overDecoys: readonly Row[];
  }[];
}

/** Of each set; the decoys are pairs in both orders. */
const prompts = 6;

test('SmolLM2: T finds distant evidence that is not the answer’s word, and the relevant one of two equal words', async () => {
  const argv = [
    'scripts/runTs.mjs',
    'scripts/faithfulness/main.ts',
    `--models=smollm2=${folderOf('HuggingFaceTB/SmolLM2-135M-Instruct')}`,
    '--rankings=in_class:logit,last_attention,match,recency',
    `--prompts=${prompts}`,
    '--no-deletion',
    '--json',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { timeout: 880_000 });
  const [{ sets }] = JSON.parse(stdout) as [Result];
  const rates = (rows: readonly Row[]) => Object.fromEntries(rows.map(({ group, rate }) => [group, rate.mean]));
  const [indirect, decoys] = sets;
  const [hits, over] = [rates(indirect!.hits), rates(decoys!.overDecoys)];
  console.log(`measured: top token is the evidence, ${indirect!.prompts} indirect prompts: ${JSON.stringify(hits)}`);
  console.log(`measured: relevant over irrelevant, ${decoys!.prompts} decoys: ${JSON.stringify(over)}`);
  // Only prompts that the model answers rightly count: all of the indirect ones, all but one of the decoys.
  expect(indirect!.prompts).toBeGreaterThanOrEqual(prompts - 1);
  expect(decoys!.prompts).toBeGreaterThanOrEqual(prompts - 1);
  // Another implementation, in another language, had .90 of 30 prompts by the logit, .73 centred, .57 by the word match and none by attention or recency;
  // of 29 decoys the logit put 28 in their place, the word match by construction half. Six prompts leave room for one or two.
  expect(hits['in_class:logit']).toBeGreaterThanOrEqual(4 / 6);
  expect(hits.last_attention).toBeLessThan(2 / 6);
  expect(hits.recency).toBe(0);
  expect(over['in_class:logit']).toBeGreaterThanOrEqual(4 / 6);
  expect(over.match).toBeLessThan(over['in_class:logit']!);
});
