// Files → a model that can be run: configuration, program, weights, tokenizer. Everything is checked and sized before it is allocated.

import { type Program, parameterCount, type WeightName } from '../program/program';
import { throwIfAborted, UserError } from '../tensor/errors';
import { compile } from './compile';
import { describeBytes, type ModelFiles, type OptionsFor, parseJsonObject, type WeightFiles } from './files';
import type { ModelSpec } from './spec';
import { specOf } from './specs';
import { labelsOnly, loadTokenizer, type ModelTokenizer } from './tokenizer';
import { digestOf, findWeightFiles } from './weightFiles';
import { type PlannedWeight, planWeights, takeWeight } from './weights';

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Which file is read, bytes of it so far, and its length (null where unknown). */
  readonly onProgress?: ((file: string, loaded: number, total: number | null) => void) | undefined;
  /** Float32 bytes that all weights together may take; 8 GB unless given. */
  readonly maxWeightBytes?: number | undefined;
}

export interface LoadedModel {
  readonly spec: ModelSpec;
  readonly program: Program;
  /** Every array that the program names, in the program's layout. Some are views of a file's bytes: do not transfer or write them. */
  readonly weights: ReadonlyMap<WeightName, Float32Array>;
  /** Reads the tokenizer's files on the first call; without them the tokenizer knows ids only. Of a classifier: spells its classes. */
  tokenizer(): Promise<ModelTokenizer>;
  /** Sentences that the reader must see; asked for when everything is read, the tokenizer too. */
  remarks(): readonly string[];
  readonly info: LoadedInfo;
}

export interface LoadedInfo {
  readonly id: string;
  /** The source's revision, or a digest of the weight files. */
  readonly revision: string;
  /** "tiny-world (GPT-2)", "model.gguf (Llama, Q4_K weights)". */
  readonly title: string;
  readonly family: string;
  /** "Q4_K": quantised, most numbers in this type. Left out: not quantised. */
  readonly storedAs?: string;
  readonly parameters: number;
  /** Of the weight files. */
  readonly bytes: number;
  /** Tensors in the files that the model does not use: mask buffers, heads of other tasks. */
  readonly ignored: readonly string[];
}

export const configLimit = 16_000_000;
export const defaultWeightLimit = 8_000_000_000;

/** Throws UserError 'bad-model', 'unsupported-model', 'not-found', 'network', 'over-budget' or 'cancelled'. */
export async function loadModel(files: ModelFiles, options: LoadOptions = {}): Promise<LoadedModel> {
  const { signal, onProgress, maxWeightBytes = defaultWeightLimit } = options;
  const optionsFor: OptionsFor = (file, maxBytes) => ({
    signal,
    maxBytes,
    onProgress: (loaded, total) => onProgress?.(file, loaded, total),
  });
  const config = parseJsonObject(
    await files.read('config.json', optionsFor('config.json', configLimit)),
    'config.json',
  );
  const weightFiles = await findWeightFiles(files, optionsFor);
  const tensorNames = new Set(weightFiles.fileOf.keys());
  const spec = specOf(config, tensorNames);
  const program = compile(spec);
  const parameters = parameterCount(program);
  if (4 * parameters > maxWeightBytes) {
    const sizes = `${describeBytes(4 * parameters)} in float32, more than the limit of ${describeBytes(maxWeightBytes)}`;
    throw new UserError('over-budget', `The weights of ${files.id} would take ${sizes}: choose a smaller model.`);
  }
  const planned = planWeights(program, spec.weights, tensorNames);
  const { weights, bytes, digest } = await takeWeights(planned, weightFiles, signal);

  const { storedAs, remark } = weightFiles;
  const used = new Set(planned.map(({ tensor }) => tensor));
  let tokenizer: Promise<ModelTokenizer> | undefined;
  return {
    spec,
    program,
    weights,
    tokenizer() {
      tokenizer ??= spec.classifier ? Promise.resolve(labelsOnly(spec.classifier.labels)) : loadTokenizer(files);
      return tokenizer;
    },
    remarks: () => [...(remark === undefined ? [] : [remark]), ...(files.remarks?.() ?? [])],
    info: {
      id: files.id,
      revision: files.revision ?? digest ?? 'unknown',
      title: `${files.id} (${spec.family}${storedAs === undefined ? '' : `, ${storedAs} weights`})`,
      family: spec.family,
      ...(storedAs === undefined ? {} : { storedAs }),
      parameters,
      bytes,
      ignored: [...tensorNames].filter((name) => !used.has(name)),
    },
  };
}

/** File after file, so that at most one of several shards is in memory beside what was taken. */
async function takeWeights(planned: readonly PlannedWeight[], files: WeightFiles, signal: AbortSignal | undefined) {
  const byFile = new Map<string, PlannedWeight[]>();
  for (const weight of planned) {
    const file = files.fileOf.get(weight.tensor)!;
    const others = byFile.get(file);
    if (others) others.push(weight);
    else byFile.set(file, [weight]);
  }
  const weights = new Map<WeightName, Float32Array>();
  const digests: (string | null)[] = [];
  let bytes = 0;
  for (const [file, wanted] of byFile) {
    throwIfAborted(signal);
    const opened = await files.open(file);
    for (const weight of wanted) {
      const tensor = await opened.tensor(weight.tensor);
      if (!tensor)
        throw new UserError('bad-model', `${file} lacks the tensor ${weight.tensor}, which the index promises.`);
      weights.set(weight.name, takeWeight(weight, tensor));
    }
    bytes += opened.bytes;
    digests.push(await opened.digest());
  }
  const together = new TextEncoder().encode(digests.join(' '));
  return { weights, bytes, digest: digests.length === 1 ? digests[0]! : await digestOf(together) };
}
