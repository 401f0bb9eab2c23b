// Files → a model that can be run: configuration, program, weights, tokenizer. Everything is checked and sized before it is allocated.

import type { WeightStorage } from '../program/backend';
import { type Program, parameterCount } from '../program/program';
import { UserError } from '../tensor/errors';
import { compile } from './compile';
import { describeBytes, type ModelFiles, type OptionsFor, parseJsonObject } from './files';
import {
  type Budgets,
  defaultBudgets,
  estimate,
  footprintOf,
  openingOf,
  streamedWords,
  unstreamable,
} from './footprint';
import { type ImageProcessor, loadImageProcessor } from './image/processor';
import { type ModelWeights, modelWeights } from './modelWeights';
import type { ModelSpec } from './spec';
import { specOf } from './specs';
import { loadTokenizer, type ModelTokenizer, noText } from './tokenizer';
import { findWeightFiles } from './weightFiles';
import { planWeights } from './weights';

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Which file is read, bytes of it so far, and its length (null where unknown). */
  readonly onProgress?: ((file: string, loaded: number, total: number | null) => void) | undefined;
  /** Another tab downloads this file: it is waited for. */
  readonly onWaiting?: ((file: string) => void) | undefined;
  /** How the device will store matrices; float32 unless given. */
  readonly weights?: WeightStorage | undefined;
  /** Memory that the model may take; footprint.ts says what unless given. */
  readonly budgets?: Budgets | undefined;
}

export interface LoadedModel {
  readonly spec: ModelSpec;
  readonly program: Program;
  /** Every array that the program names, read when it is taken. */
  readonly weights: ModelWeights;
  /** Not all weights fit on the device at once; they can be read again when they are used. */
  readonly streamed: boolean;
  /** Reads the tokenizer's files on the first call; without them the tokenizer knows ids only. Of images: knows no text. */
  tokenizer(): Promise<ModelTokenizer>;
  /** Reads preprocessor_config.json on the first call. null: the model reads text. */
  imageProcessor(): Promise<ImageProcessor | null>;
  /** Known in full when all weight files have been read: reads those that have not been. */
  info(): Promise<LoadedInfo>;
  /** Sentences that the reader must see; asked for when everything is read, the tokenizer too. */
  remarks(): readonly string[];
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

/** Throws UserError 'bad-model', 'unsupported-model', 'not-found', 'network', 'over-budget' or 'cancelled'. */
export async function loadModel(files: ModelFiles, options: LoadOptions = {}): Promise<LoadedModel> {
  const { signal, onProgress, onWaiting, weights: storage = 'f32', budgets = defaultBudgets } = options;
  const optionsFor: OptionsFor = (file, maxBytes) => ({
    signal,
    maxBytes,
    onProgress: (loaded, total) => onProgress?.(file, loaded, total),
    onWaiting: () => onWaiting?.(file),
  });
  const config = parseJsonObject(
    await files.read('config.json', optionsFor('config.json', configLimit)),
    'config.json',
  );
  const unfit = (sentence: string) => new UserError('over-budget', `${files.id} does not fit: ${sentence}`);
  const refuseUnfit = async (program: Program) => {
    const footprint = await footprintOf(program, 0);
    const { refusal, streamed } = openingOf(footprint, storage, budgets);
    if (refusal !== null) throw unfit(refusal);
    return { footprint, streamed };
  };
  const expected = estimated(config);
  if (expected) await refuseUnfit(expected);
  const weightFiles = await findWeightFiles(files, optionsFor);
  const tensorNames = new Set(weightFiles.fileOf.keys());
  const spec = specOf(config, tensorNames);
  const program = compile(spec);
  const { footprint, streamed } = await refuseUnfit(program);
  const planned = planWeights(program, spec.weights, tensorNames);
  const weights = modelWeights(planned, weightFiles, files.revision === null);
  await weights.begin();
  if (streamed && !(await weights.inParts())) throw unfit(unstreamable(footprint, storage, budgets));

  const { storedAs, remark } = weightFiles;
  const used = new Set(planned.map(({ tensor }) => tensor));
  let tokenizer: Promise<ModelTokenizer> | undefined;
  let imageProcessor: Promise<ImageProcessor | null> | undefined;
  return {
    spec,
    program,
    weights,
    tokenizer() {
      tokenizer ??= spec.image ? Promise.resolve(noText()) : loadTokenizer(files);
      return tokenizer;
    },
    imageProcessor() {
      imageProcessor ??= spec.image ? loadImageProcessor(files, spec.image, signal) : Promise.resolve(null);
      return imageProcessor;
    },
    streamed,
    remarks: () => [
      ...(remark === undefined ? [] : [remark]),
      ...(streamed ? [streamedRemark(files.id, budgets)] : []),
      ...(files.remarks?.() ?? []),
    ],
    async info() {
      const { bytes, digest } = await weights.facts();
      return {
        id: files.id,
        revision: files.revision ?? digest ?? 'unknown',
        title: `${files.id} (${spec.family}${storedAs === undefined ? '' : `, ${storedAs} weights`})`,
        family: spec.family,
        ...(storedAs === undefined ? {} : { storedAs }),
        parameters: parameterCount(program),
        bytes,
        ignored: [...tensorNames].filter((name) => !used.has(name)),
      };
    },
  };
}

function streamedRemark(id: string, { device }: Budgets): string {
  return `${id} takes more than the ${describeBytes(device)} that are allowed on the graphics device: ${streamedWords}.`;
}

/** Before the weights are read; null where only they can tell what is wrong. */
function estimated(config: Record<string, unknown>): Program | null {
  try {
    return estimate(config).program;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
