// Engines for tests: models from folders of the repository, on the GPU through Dawn or on the float64 reference.

import { readFile } from 'node:fs/promises';
import { nodeGpu } from '../../gpu/nodeGpu';
import { folderFiles } from '../../models/folder';
import { hubFiles } from '../../models/hub';
import { memoryFiles } from '../../models/testing/memoryFiles';
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

/** A model of the repository with other entries in its configuration. */
export async function openChanged(
  path: string,
  entries: Readonly<Record<string, unknown>>,
  device: DeviceChoice,
  open: Environment['device'] = (choice) => openBackend(choice, nodeGpu),
) {
  const config = JSON.parse(await readFile(`${path}/config.json`, 'utf8'));
  const files = memoryFiles({
    'config.json': JSON.stringify({ ...config, ...entries }),
    'model.safetensors': await readFile(`${path}/model.safetensors`),
  });
  const engine = new Engine({ files: () => files, device: open });
  await engine.open({ model: { kind: 'folder', path }, device });
  return engine;
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
