// The image of `--pixels`: the tensor pixel_values of a safetensors file, as image processors make it.

import { readFile } from 'node:fs/promises';
import { toFloat32 } from '../models/decode';
import { readSafetensors } from '../models/safetensors';
import type { Pixels } from '../program/input';
import { UserError } from '../tensor/errors';

const name = 'pixel_values';

/** [channel, row, column]; a batch of one image in front is taken off. */
export async function readPixels(path: string): Promise<Pixels> {
  const bytes = await readFile(path).catch((cause) => {
    throw new UserError('not-found', `--pixels: there is no file ${path} that can be read.`, { cause });
  });
  const tensor = readSafetensors(bytes).tensors.get(name);
  if (!tensor) throw new UserError('bad-request', `--pixels: ${path} holds no tensor ${name}.`);
  const [batch, ...image] = tensor.shape;
  return { shape: tensor.shape.length === 4 && batch === 1 ? image : tensor.shape, data: toFloat32(tensor, name) };
}
