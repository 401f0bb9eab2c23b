// The engine in Node: models from folders, WebGPU through Dawn.

import { openBackend } from '../engine/devices';
import { Engine } from '../engine/engine';
import { nodeGpu } from '../gpu/nodeGpu';
import { folderFiles } from '../models/folder';
import { modelFolder } from './modelPlace';

export function createNodeEngine(): Engine {
  return new Engine({
    files: (address) => folderFiles(address.kind === 'folder' ? address.path : modelFolder(address.name)),
    device: (choice) => openBackend(choice, nodeGpu),
  });
}
