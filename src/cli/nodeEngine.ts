// The engine in Node: models from folders, GGUF files and the hub, WebGPU through Dawn.

import { basename } from 'node:path';
import { openBackend } from '../engine/devices';
import { Engine } from '../engine/engine';
import type { Environment } from '../engine/environment';
import { placeOf } from '../engine/hub';
import { nodeGpu } from '../gpu/nodeGpu';
import { folderFiles, partedFile } from '../models/folder';
import { ggufFiles } from '../models/ggufFiles';
import { hubFiles } from '../models/hub';
import { UserError } from '../tensor/errors';
import { decodePicture } from './decodePicture';
import { isGguf, modelFolder } from './modelPlace';

export const openNodeDevice: Environment['device'] = (choice, weights) => openBackend(choice, nodeGpu, weights);

export function createNodeEngine(device = openNodeDevice): Engine {
  return new Engine({
    files(address) {
      if (address.kind === 'hub') return hubFiles(placeOf(address));
      if (address.kind === 'local') throw new UserError('not-found', 'Chosen files exist in the page only.');
      const path = address.kind === 'folder' ? address.path : modelFolder(address.name);
      return isGguf(path) ? ggufFiles(basename(path), () => partedFile(path)) : folderFiles(path);
    },
    device,
    decodePicture,
  });
}
