// The command line opens every embedded model by its name, also those that the page's picker does not list.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toFloat32 } from '../models/decode';
import { readSafetensors } from '../models/safetensors';
import { main } from './analyze';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorscope-cli-'));
  for (const kind of ['log', 'error'] as const) vi.spyOn(console, kind).mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function inClass(...more: string[]) {
  const out = join(folder, 'out.safetensors');
  expect(await main([`--out=${out}`, '--device=reference', '--maps=in_class', ...more])).toBe(0);
  const { tensors } = await readSafetensors(await readFile(out));
  const values = [...toFloat32(tensors.get('in_class')!, 'in_class')];
  return { tensors, top: values.indexOf(Math.max(...values)) };
}

test('tiny-world-encoder: the word behind the mask, and the token that is responsible for it', async () => {
  const prompt = 'the river that crosses dunmere is the [MASK] .';
  const direction = '--direction=contrast:alder,birse,corran,dellow,eske,fenna,harrow,isen,jule,kestrel,lyme';
  const { tensors, top } = await inClass(
    '--model=tiny-world-encoder',
    `--prompt=${prompt}`,
    '--target=8',
    '--class=glint',
    direction,
  );
  expect(tensors.get('input_ids')!.shape).toEqual([11]);
  expect(prompt.split(' ')[top - 1]).toBe('dunmere');
});

test('tiny-shapes: the class of a picture given as pixels, and a patch of the shape', async () => {
  const [{ patches }] = JSON.parse(await readFile('public/models/tiny-shapes/examples.json', 'utf8'));
  const pixels = '--pixels=fixtures/tiny-shapes/red-square.safetensors';
  const { tensors, top } = await inClass('--model=tiny-shapes', pixels, '--class=red square', '--direction=logit');
  expect(tensors.get('pixel_values')!.shape).toEqual([3, 32, 32]);
  expect(patches).toContain(top - 1);
});
