// The arrays of a model, taken out of its weight files one at a time: at most one file is in memory, and no decoded array is kept.

import type { WeightName } from '../program/program';
import type { WeightReader } from '../program/weightReader';
import { UserError } from '../tensor/errors';
import { keptBytes, type OpenedFile, type WeightFiles } from './files';
import type { FileTensor } from './safetensors';
import { digestOf } from './weightFiles';
import { checkShape, type PlannedWeight, takeWeight } from './weights';

export interface FileFacts {
  /** Of all files that hold weights. */
  readonly bytes: number;
  /** Of their content; null where the platform offers none, or none was asked for. */
  readonly digest: string | null;
}

export interface ModelWeights extends WeightReader {
  take(name: WeightName): Promise<Float32Array>;
  /** Reads the first file, so that one that does not fit the configuration is refused at once. */
  begin(): Promise<void>;
  /** Taking an array again reads little more than it, judged by the file that is open: one that has been stored meanwhile is opened again. */
  inParts(): Promise<boolean>;
  /** Of the files; reads those that have not been read. */
  facts(): Promise<FileFacts>;
}

/** `wantsDigest`: the files are hashed as they are read. */
export function modelWeights(
  planned: readonly PlannedWeight[],
  files: WeightFiles,
  wantsDigest: boolean,
): ModelWeights {
  const byFile = new Map<string, PlannedWeight[]>();
  for (const weight of planned) {
    const file = files.fileOf.get(weight.tensor)!;
    const others = byFile.get(file);
    if (others) others.push(weight);
    else byFile.set(file, [weight]);
  }
  const byName = new Map(planned.map((weight) => [weight.name, weight]));
  const known = new Map<string, FileFacts>();
  let open: { readonly file: string; readonly opened: OpenedFile } | null = null;

  async function openFile(file: string): Promise<OpenedFile> {
    if (open?.file === file) return open.opened;
    await learnFacts();
    open = null; // let go of it before the next one is read
    const opened = await files.open(file);
    for (const weight of byFile.get(file)!) {
      const shape = opened.shapes.get(weight.tensor);
      if (!shape) throw lacking(weight, file);
      checkShape(weight, shape);
    }
    open = { file, opened };
    return opened;
  }

  /** Of the file that is open, while it is: opening it for them again could mean a second download. */
  async function learnFacts(): Promise<void> {
    if (open === null || known.has(open.file)) return;
    const { file, opened } = open;
    known.set(file, { bytes: opened.bytes, digest: wantsDigest ? await opened.digest() : null });
  }

  async function take(name: WeightName): Promise<Float32Array> {
    const weight = byName.get(name);
    if (!weight) throw new Error(`there is no weight ${name}`);
    const file = files.fileOf.get(weight.tensor)!;
    const opened = await openFile(file);
    const tensor: FileTensor | null = await opened.tensor(weight.tensor);
    if (!tensor) throw lacking(weight, file);
    return takeWeight(weight, tensor);
  }

  let last: Promise<unknown> = Promise.resolve();

  return {
    names: [...byFile.values()].flat().map(({ name }) => name),
    // One after the other, so that no more than one file is in memory whoever asks at the same time.
    take(name) {
      const taken = last.then(() => take(name));
      last = taken.catch(() => {});
      return taken;
    },
    async begin() {
      const [first] = byFile.keys();
      if (first !== undefined) await openFile(first);
    },
    async inParts() {
      if (open === null || open.opened.held <= keptBytes) return true;
      const { file } = open;
      await learnFacts();
      open = null;
      try {
        return (await openFile(file)).held <= keptBytes;
      } catch (error) {
        if (error instanceof UserError && error.code === 'network') return false; // it would have to be downloaded again
        throw error;
      }
    },
    async facts() {
      for (const file of byFile.keys()) {
        if (known.has(file)) continue;
        await openFile(file);
        await learnFacts();
      }
      const all = [...byFile.keys()].map((file) => known.get(file)!);
      const digests = all.map(({ digest }) => digest);
      const together = () => digestOf(new TextEncoder().encode(digests.join(' ')));
      return {
        bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
        digest: digests.length === 1 || !wantsDigest ? digests[0]! : await together(),
      };
    },
    release() {
      if (open && open.opened.held > keptBytes) open = null;
    },
  };
}

function lacking({ tensor }: PlannedWeight, file: string): UserError {
  return new UserError('bad-model', `${file} lacks the tensor ${tensor}, which the index promises.`);
}
