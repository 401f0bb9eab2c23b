// Refusals: before anything is allocated, with the numbers, and with a length that does fit.

import { expect, test } from 'vitest';
import { folderFiles } from '../models/folder';
import { loadModel } from '../models/load';
import { longestThat, refuseMap, refuseRun } from './longest';

const gpt2 = await loadModel(folderFiles('fixtures/tiny/gpt2'));
const vit = await loadModel(folderFiles('fixtures/tiny/vit'));

test('a run whose largest array is over the limit names a length that fits, and the next does not', async () => {
  const { heads } = gpt2.program;
  const device = { bytesPerNumber: 4, maxArrayBytes: 4 * heads * 40 * 40 };
  await refuseRun(gpt2.program, device, 40);
  await expect(refuseRun(gpt2.program, device, 60)).rejects.toMatchObject({
    code: 'over-budget',
    message: expect.stringMatching(/A run of 60 tokens needs an array of .* MB.* up to 40 tokens fits\./),
  });
  await expect(refuseRun(gpt2.program, device, 41)).rejects.toMatchObject({ code: 'over-budget' });
});

test('patterns that 32 bits do not count are refused even where buffers are large', async () => {
  const device = { bytesPerNumber: 4, maxArrayBytes: Number.POSITIVE_INFINITY };
  const most = Math.floor(Math.sqrt(2 ** 32 / gpt2.program.heads));
  await refuseRun(gpt2.program, device, most);
  await expect(refuseRun(gpt2.program, device, most + 1)).rejects.toThrow(`A prompt of up to ${most} tokens fits.`);
});

test('where nothing fits, that is said: a limit of 0, and images, whose number of tokens is fixed', async () => {
  const nothing = { bytesPerNumber: 4, maxArrayBytes: 0 };
  await expect(refuseRun(gpt2.program, nothing, 5)).rejects.toThrow('Choose a smaller model, or another device.');
  const { contextLength } = vit.program;
  await expect(refuseRun(vit.program, nothing, contextLength)).rejects.toThrow('Choose a smaller model');
});

test('the longest length is found among all', async () => {
  for (let most = 0; most < 20; most++) expect(await longestThat(async (length) => length <= most, 20)).toBe(most);
});

test('maps beyond what is sent at once are refused with what fits', () => {
  refuseMap(5792);
  expect(() => refuseMap(5793)).toThrow('Rows of single tokens need no map; maps fit prompts of up to 5792 tokens.');
});
