// Models without a trained head: everything that needs no logits works, and what needs them is refused in words.

import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { toFloat32 } from '../models/decode';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import { memoryFiles } from '../models/testing/memoryFiles';
import { relativeError } from '../tensor/compare';
import { openBackend } from './devices';
import { Engine } from './engine';
import type { RunSummary, Scope, Target } from './protocol';

const folder = 'fixtures/tiny/bert';
const whole: Scope = { range: [0, 3], gateRule: 'half' };
const target: Target = { token: 2, class: null, direction: { kind: 'centred' } };
const refused = { code: 'bad-request', message: expect.stringContaining('This model has no trained head') };

/** The tiny BERT as sentence encoders are published: no head, names without the prefix `bert.`, and a pooler. */
function bareBert() {
  const { tensors } = readSafetensors(readFileSync(`${folder}/model.safetensors`));
  const kept = [...tensors].filter(([name]) => name.startsWith('bert.'));
  const bare = new Map(
    kept.map(([name, tensor]) => [name.slice(5), { shape: tensor.shape, data: toFloat32(tensor, name).slice() }]),
  );
  bare.set('pooler.dense.weight', { shape: [16, 16], data: new Float32Array(256) });
  const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
  return memoryFiles({
    'config.json': JSON.stringify({ ...config, architectures: ['BertModel'] }),
    'model.safetensors': writeSafetensors(bare),
  });
}

const golden = readSafetensors(readFileSync(`${folder}/golden.safetensors`)).tensors;
const { input_ids: ids } = JSON.parse(readFileSync(`${folder}/golden.json`, 'utf8'));
const engine = new Engine({
  files: bareBert,
  device: (choice) => openBackend(choice, () => Promise.reject(new Error())),
});
let run: RunSummary;

beforeAll(async () => {
  const info = await engine.open({ model: { kind: 'folder', path: 'bare' }, device: 'reference' });
  expect(info).toMatchObject({ classes: 0, vocab: 45 });
  expect(info.readToken).toBeUndefined();
  run = await engine.run({ ids });
});

const close = (found: ArrayLike<number>, key: string) =>
  expect(relativeError(found, toFloat32(golden.get(key)!, key)), key).toBeLessThan(1e-6);

test('nothing is predicted', () => {
  expect(run.predictions).toEqual(ids.map(() => []));
});

test('maps of the output vectors, rollout and flow are those of the same encoder with its head', async () => {
  for (const map of ['in', 'out', 'in_out', 'norm'] as const) {
    close((await engine.map({ map, ...whole })).matrix.data, map);
  }
  close((await engine.map({ map: 'rollout', range: [0, 3] })).matrix.data, 'rollout.2');
  close((await engine.map({ map: 'flow', range: [0, 3] })).matrix.data, 'flow');
  expect((await engine.map({ map: 'in', range: [0, 2], gateRule: 'half' })).fidelity.completeness).toBeLessThan(1e-12);
});

test('slices have no class direction, pairs read tokens and write none', async () => {
  const slice = await engine.slice({ ...whole, token: 4, target });
  expect(slice.classDirection).toBeNull();
  expect(slice.fidelity.completeness).toBeLessThan(1e-6); // the slice leaves the engine in float32
  const { directions } = await engine.pair({ ...whole, token: 4, source: 2, directions: 2 });
  for (const { reads, writes } of directions) {
    expect(reads.map((end) => end.length)).toEqual([6, 6]);
    expect(writes).toEqual([[], []]);
  }
});

test('class targets are refused: rows, layers, class maps, logits', async () => {
  await expect(engine.row({ ...whole, targets: [target] })).rejects.toMatchObject(refused);
  await expect(engine.layers({ target, gateRule: 'half', kind: 'from' })).rejects.toMatchObject(refused);
  await expect(engine.layers({ target, gateRule: 'half', kind: 'upTo' })).rejects.toMatchObject(refused);
  const { direction } = target;
  await expect(engine.map({ map: 'in_class', class: null, direction, ...whole })).rejects.toMatchObject(refused);
  await expect(engine.logits()).rejects.toMatchObject(refused);
});
