// Where the model of `--model` lies: a folder, or an embedded model of this repository.

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../tensor/errors';

const embedded = resolve(fileURLToPath(import.meta.url), '../../../public/models');

/** The folder; UserError 'not-found' when there is neither. */
export function modelFolder(model: string): string {
  if (isFolder(model)) return resolve(model);
  const place = join(embedded, model);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(model) && isFolder(place)) return place;
  throw new UserError(
    'not-found',
    `There is no folder "${model}" and no embedded model of that name: --model takes a folder in the hub's layout, or for example tiny-world.`,
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
