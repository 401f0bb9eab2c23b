// The engine in Node: models from folders and from the hub, WebGPU through Dawn.

import { openBackend } from '../engine/devices';
import { Engine } from '../engine/engine';
import type { Environment } from '../engine/environment';
import { placeOf } from '../engine/hub';
import { nodeGpu } from '../gpu/nodeGpu';
import { folderFiles } from '../models/folder';
import { hubFiles } from '../models/hub';
import { modelFolder } from './modelPlace';

export const openNodeDevice: Environment['device'] = (choice) => openBackend(choice, nodeGpu);

export function createNodeEngine(device = openNodeDevice): Engine {
  return new Engine({
    files(address) {
      if (address.kind === 'hub') return hubFiles(placeOf(address));
      return folderFiles(address.kind === 'folder' ? address.path : modelFolder(address.name));
    },
    device,
  });
}
