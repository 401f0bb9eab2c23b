// What opening a model needs beside the model, the device and the session: how far it is, what stands in the way, and what the page is told of it.

import { describeShare } from '../models/files';
import { tabBudget } from '../models/footprint';
import type { ImageProcessor } from '../models/image/processor';
import type { LoadedInfo, LoadedModel } from '../models/load';
import { createPace } from '../models/pace';
import type { ModelTokenizer } from '../models/tokenizer';
import type { WeightStorage } from '../program/backend';
import { weightBytes } from '../program/planner';
import { UserError } from '../tensor/errors';
import { nextTask } from '../tensor/nextTask';
import { refuseOver } from './budget';
import type { OpenedDevice } from './environment';
import type { CallOptions, ModelInfo } from './protocol';
import type { Session } from './session';

/** Tells of bytes read: of a download or the reader's files which, how many and how fast, else only the share. */
export function progressOf({ onProgress }: CallOptions) {
  const pace = createPace();
  return (file: string | null, loaded: number, total: number | null) =>
    onProgress?.({
      name: file === null ? 'model' : `${file}, ${describeShare(loaded, total)}${pace(file, loaded, total)}`,
      share: total ? Math.min(1, loaded / total) : 0,
      plan: null,
    });
}

/** How often messages (a cancellation) are let through between two arrays. */
const uploadTurn = 50;

export function uploadCheckpoint(throwIfOutdated: () => void, { onProgress }: CallOptions) {
  let last = performance.now();
  return async (share: number) => {
    if (performance.now() - last > uploadTurn) {
      onProgress?.({ name: 'weights to the device', share, plan: null });
      await nextTask();
      last = performance.now();
    }
    throwIfOutdated();
  };
}

/** Float64 on the CPU: twice the bytes of float32, and in this tab. */
export function refuseForReference({ program }: LoadedModel): void {
  const remedy = 'Choose a smaller model, or a browser with WebGPU.';
  refuseOver(tabBudget, weightBytes(program, 8, 8), 'This model on the float64 reference', remedy);
}

/** A preprocessing that cannot be followed does not keep the model from opening: pixels can still be given. */
export async function processorOf(model: LoadedModel): Promise<ImageProcessor | UserError | null> {
  try {
    return await model.imageProcessor();
  } catch (error) {
    const unusable = error instanceof UserError && (error.code === 'bad-model' || error.code === 'unsupported-model');
    if (unusable) return error;
    throw error;
  }
}

/** What makes a prompt or a picture ready. */
export interface InputReaders {
  readonly tokenizer: ModelTokenizer;
  /** null: the model reads text. An error: it takes pixels only, and why. */
  readonly imageProcessor: ImageProcessor | UserError | null;
}

const preprocessingWords = (processor: ImageProcessor | UserError) =>
  processor instanceof UserError ? processor.message : processor.words;

export function describeModel(
  { program, spec, remarks: remarksOf }: LoadedModel,
  info: LoadedInfo,
  { tokenizer, imageProcessor }: InputReaders,
  device: OpenedDevice,
  { weightBytes: bytes, rounding, streaming }: Session,
  storage: WeightStorage,
): ModelInfo {
  const remarks = remarksOf();
  const { image } = program;
  return {
    id: info.id,
    revision: info.revision,
    family: info.family,
    title: info.title,
    ...(info.storedAs === undefined ? {} : { storedAs: info.storedAs }),
    blocks: program.blocks,
    heads: program.heads,
    dModel: program.dModel,
    dFfn: program.dFfn,
    vocab: program.vocab,
    contextLength: program.contextLength,
    parameters: info.parameters,
    causal: program.causal,
    ...(program.classes === program.vocab ? {} : { classes: program.classes }),
    ...(program.reads === null ? {} : { readToken: 0 }),
    ...(tokenizer.chat ? { chat: true } : {}),
    ...(spec.classifier ? { labels: spec.classifier.labels } : {}),
    ...(image && imageProcessor
      ? { image: { side: image.side, patch: image.patch, preprocessing: preprocessingWords(imageProcessor) } }
      : {}),
    gated: program.gated,
    bytes: info.bytes,
    weights: {
      storage: device.info.kind === 'reference' ? 'f64' : storage,
      bytes,
      ...rounding,
      ...(streaming && { streamed: { bytes: streaming.state().bytes, budget: streaming.budget } }),
    },
    ...(remarks.length === 0 ? {} : { remarks }),
    device: device.info,
  };
}
