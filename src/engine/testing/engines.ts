// Engines for tests: models from folders of the repository, on the GPU through Dawn or on the float64 reference.

import { nodeGpu } from '../../gpu/nodeGpu';
import { folderFiles } from '../../models/folder';
import { hubFiles } from '../../models/hub';
import { openBackend } from '../devices';
import { Engine } from '../engine';
import type { Environment } from '../environment';
import { placeOf } from '../hub';
import type { DeviceChoice, ModelInfo } from '../protocol';

export function createTestEngine(
  device: Environment['device'] = (choice, weights) => openBackend(choice, nodeGpu, weights),
): Engine {
  return new Engine({
    files(address) {
      if (address.kind === 'hub') return hubFiles(placeOf(address));
      return folderFiles(address.kind === 'folder' ? address.path : `public/models/${address.name}`);
    },
    device,
  });
}

/** An engine that keeps its GPU when it opens another model: making one takes longer than most tests. */
export async function createTestEngineOnOneGpu(): Promise<Engine> {
  const device = await openBackend('webgpu', nodeGpu);
  return createTestEngine(async () => ({ ...device, dispose() {} }));
}

export async function openFolder(path: string, device: DeviceChoice): Promise<{ engine: Engine; info: ModelInfo }> {
  const engine = createTestEngine();
  const info = await engine.open({ model: { kind: 'folder', path }, device });
  return { engine, info };
}
