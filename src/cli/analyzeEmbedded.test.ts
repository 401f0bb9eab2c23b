// The command line opens every embedded model by its name, also those that the page's picker does not list.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readBaselines } from '../engine/testing/gradientGoldens';
import { toFloat32 } from '../models/decode';
import { readSafetensors } from '../models/safetensors';
import { relativeError } from '../tensor/compare';
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

test('methods beside the row, by the names of their golden values, with what each leaves over', async () => {
  const golden = readBaselines('llama');
  const out = join(folder, 'out.safetensors');
  const { token, class: chosen } = golden.explained;
  const keys = ['gradient_l2', 'grad_x_input', 'lrp_ah_ln', 'attnlrp', 'chefer_generic', 'ablation_zero'];
  const input = golden.input as { readonly ids: readonly number[] };
  const line = ['--model=fixtures/tiny/llama', `--ids=${input.ids}`, `--out=${out}`, '--device=reference'];
  const target = [`--target=${token}`, `--class=${chosen}`, '--direction=logit'];
  expect(await main([...line, ...target, `--methods=${keys},integrated_gradients`])).toBe(0);
  const { tensors, metadata } = await readSafetensors(await readFile(out));
  for (const key of keys) {
    expect(relativeError(toFloat32(tensors.get(key)!, key), golden.tensor(key)), key).toBeLessThanOrEqual(3e-6); // as attribute.test.ts
  }
  const { results } = JSON.parse(metadata.tensorscope!);
  const { total, leftOver } = results.attnlrp.account;
  const parts = toFloat32(tensors.get('attnlrp')!, 'attnlrp');
  expect(parts.reduce((sum, value) => sum + value, leftOver)).toBeCloseTo(total, 5);
  expect(results.gradient_l2.account).toBeNull();
  expect(results.integrated_gradients.integration.steps).toBeGreaterThan(15);
});
