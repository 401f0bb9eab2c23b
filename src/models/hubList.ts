// The models of the hub that are stored in the browser: which, how large, whether they open without the hub; and how to delete them.

import { inputFilesOf } from './hub';
import { config, type HubPlace } from './hubPlace';
import { deleteFile, storedFile, storedUrls } from './hubStore';
import { indexFile, readIndex, singleFile } from './weightFiles';

export interface StoredModel extends HubPlace {
  readonly bytes: number;
  /** Opens without a download. */
  readonly complete: boolean;
  /** Of the repository when it was stored; null: the server did not say. */
  readonly commit: string | null;
}

/** Parts of files have a question mark: the file itself stands for them. */
const storedPattern = /^(.+)\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/([^/?]+)$/;

interface StoredFiles extends HubPlace {
  readonly files: Map<string, string>;
}

async function storedByModel(): Promise<readonly StoredFiles[]> {
  const models = new Map<string, StoredFiles>();
  for (const url of await storedUrls()) {
    const [, base, id, revision, file] = storedPattern.exec(url) ?? [];
    if (base === undefined || id === undefined || revision === undefined || file === undefined) continue;
    const key = `${base} ${id} ${revision}`;
    const model = models.get(key) ?? { base, id, revision, files: new Map() };
    model.files.set(file, url);
    models.set(key, model);
  }
  return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export async function storedHubModels(): Promise<readonly StoredModel[]> {
  return Promise.all(
    (await storedByModel()).map(async (model) => {
      const sizes = new Map<string, number>();
      let [begun, commit]: [number, string | null] = [0, null];
      for (const [file, url] of model.files) {
        const found = await storedFile(url);
        if (found?.kind === 'file') sizes.set(file, found.bytes);
        if (found?.kind === 'begun') begun += found.loaded;
        if (found?.kind === 'file' && file === config) commit = found.commit;
      }
      const { base, id, revision } = model;
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, begun);
      return { base, id, revision, bytes, complete: await isComplete(model, sizes), commit };
    }),
  );
}

async function isComplete({ files }: StoredFiles, sizes: ReadonlyMap<string, number>): Promise<boolean> {
  if (!sizes.has(config)) return false;
  const content = await storedFile(files.get(config)!);
  const json = content?.kind === 'file' ? await content.read() : null;
  // What makes prompts ready is read last: once the hub's word on it is known, nothing is missing.
  if (json === null || !inputFilesOf(json).every((file) => files.has(file))) return false;
  if (sizes.has(singleFile)) return true;
  const index = sizes.has(indexFile) ? await storedFile(files.get(indexFile)!) : null;
  if (index?.kind !== 'file') return false;
  try {
    const content = await index.read();
    return content !== null && [...readIndex(content).values()].every((shard) => sizes.has(shard));
  } catch {
    return false; // the hub's index is no index: opening told so, and the list still offers to delete it
  }
}

export async function deleteHubModel({ base, id, revision }: HubPlace): Promise<void> {
  const models = await storedByModel();
  const found = models.find((model) => model.base === base && model.id === id && model.revision === revision);
  for (const url of found?.files.values() ?? []) await deleteFile(url);
}
