// Where the model of `--model` lies: a folder or a GGUF file, an embedded model of this repository, or with `--hub` the hub.

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelAddress } from '../engine/protocol';
import { UserError } from '../tensor/errors';
import type { AnalyzeOptions } from './options';

const embedded = resolve(fileURLToPath(import.meta.url), '../../../public/models');

export function modelAddress({
  model,
  hub,
  revision,
}: Pick<AnalyzeOptions, 'model' | 'hub' | 'revision'>): ModelAddress {
  if (hub === null) return { kind: 'folder', path: modelFolder(model) };
  return { kind: 'hub', id: model, revision, base: hub };
}

export const isGguf = (path: string): boolean => /\.gguf$/i.test(path);

/** The folder, or the GGUF file; UserError 'not-found' when there is neither. */
export function modelFolder(model: string): string {
  if (isFolder(model) || (isGguf(model) && isFile(model))) return resolve(model);
  const place = join(embedded, model);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(model) && isFolder(place)) return place;
  throw new UserError(
    'not-found',
    `There is no folder "${model}" and no embedded model of that name: --model takes a folder in the hub's layout, a .gguf file, an embedded name such as tiny-world, or with --hub an id of the hub.`,
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
