// The image of the command line: a picture's file (`--image`), or the tensor pixel_values of a safetensors file (`--pixels`), as image processors make
// it.

import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PictureFile } from '../engine/protocol';
import { toFloat32 } from '../models/decode';
import { describeBytes } from '../models/files';
import { maxImageBytes } from '../models/image/header';
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

/** Checked for its size before it is read. */
export async function readPicture(path: string): Promise<PictureFile> {
  const name = basename(path);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new UserError('not-found', `--image: there is no file ${path} that can be read.`);
  if (found.size > maxImageBytes) {
    const sizes = `${describeBytes(found.size)}, more than the ${describeBytes(maxImageBytes)} that are read`;
    throw new UserError('bad-prompt', `--image: ${path} has ${sizes}: choose a smaller picture.`);
  }
  return { name, bytes: new Uint8Array(await readFile(path)) };
}
