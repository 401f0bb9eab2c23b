// Directions read as tokens in a model whose embedding has a norm and whose head has ops of its own (a BERT), against their definitions.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toFloat32 } from '../../models/decode';
import { folderFiles } from '../../models/folder';
import { loadModel } from '../../models/load';
import { readSafetensors } from '../../models/safetensors';
import { relativeError } from '../../tensor/compare';
import { randomArray, seededRandom } from '../../tensor/random';
import { createReferenceBackend } from '../backends/reference';
import { createSession } from '../session';
import { explain, outputDirections } from './explained';
import { tokensRead, tokensWritten } from './neighbours';

const folder = 'fixtures/tiny/bert';
const ids = [2, 14, 5, 43, 4];
const [dModel, vocab] = [16, 45];
const directions = randomArray(3 * dModel, seededRandom(5));
const direction = (k: number) => directions.slice(k * dModel, (k + 1) * dModel);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, at) => sum + value * b[at]!, 0);

async function asked() {
  const { program, weights } = await loadModel(folderFiles(folder));
  const session = await createSession(program, weights, createReferenceBackend());
  return { session, run: await session.run(ids, () => {}), options: {} };
}

test('tokens are read through the norm of the embedding, frozen at the token', async () => {
  const { tensors } = readSafetensors(readFileSync(`${folder}/model.safetensors`));
  const array = (name: string) => Float64Array.from(toFloat32(tensors.get(`bert.embeddings.${name}`)!, name));
  const words = array('word_embeddings.weight');
  const gain = array('LayerNorm.weight');
  const row = (table: Float64Array, at: number) => table.subarray(at * dModel, (at + 1) * dModel);
  const centred = (x: Float64Array) => x.map((value) => value - x.reduce((sum, one) => sum + one, 0) / dModel);
  const [place, segment] = [row(array('position_embeddings.weight'), 3), array('token_type_embeddings.weight')];
  const sum = centred(row(words, ids[3]!).map((value, at) => value + place[at]! + segment[at]!));
  const sigma = Math.sqrt(dot(sum, sum) / dModel + 1e-12);
  const expected = Array.from({ length: 3 * vocab }, (_, at) => {
    const image = centred(row(words, at % vocab)).map((value, channel) => (value * gain[channel]!) / sigma);
    return dot(image, direction(Math.floor(at / vocab)));
  });
  const question = await asked();
  const before = question.session.backend.memory().live;
  expect(relativeError((await tokensRead(question, directions, 3, 3))!, expected)).toBeLessThan(1e-12);
  expect(question.session.backend.memory().live).toBe(before);
});

test.each([3, 2])('what a direction writes is what each logit reads of it, after %i blocks', async (to) => {
  const question = await asked();
  const written = (await tokensWritten(question, directions, 3, 1, to))!;
  for (const token of [0, 7, 44]) {
    const target = { token: 1, class: token, direction: { kind: 'logit' } } as const;
    const u = await outputDirections(question, to, [await explain(question, target, to, String)]);
    for (let k = 0; k < 3; k++) expect(written[k * vocab + token]).toBeCloseTo(dot(u, direction(k)), 12);
  }
});
