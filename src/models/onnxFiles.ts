// The ONNX export of a hub model: `onnx/model.onnx` (float32) beside its own weights, with a second file where the weights are large. It is what
// the results are compared with, never what is analysed; it is downloaded when the reader asks, and not stored.

import { throwIfAborted, UserError } from '../tensor/errors';
import { describeBytes, type ReadOptions } from './files';
import { fetchChecked, sizeOf } from './hub';
import type { HubPlace } from './hubPlace';

export interface OnnxOffer {
  readonly file: string;
  /** Of all its files; null: the server does not say. */
  readonly bytes: number | null;
  /** Why it cannot be used here; null: it can. */
  readonly refusal: string | null;
}

export interface OnnxFiles {
  readonly model: Uint8Array;
  /** The weights outside of it, by the name that the model calls them. */
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[];
}

const modelFile = 'onnx/model.onnx';
const dataFile = 'onnx/model.onnx_data';
/** ONNX Runtime's memory ends at 4 GB, and holds the file and what it makes of it. */
const limit = 1_500_000_000;

/** null: the hub has no export of this model. Nothing is downloaded. */
export async function lookUpOnnx(place: HubPlace, signal: AbortSignal | undefined): Promise<OnnxOffer | null> {
  const [model, data] = await Promise.all([modelFile, dataFile].map((file) => sizeOf(place, file, signal)));
  if (!model) return null;
  const sizes = [model, ...(data ? [data] : [])].map(({ bytes }) => bytes);
  const bytes = sizes.some((size) => size === null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0);
  const refusal =
    bytes !== null && bytes > limit
      ? `Its ONNX files are ${describeBytes(bytes)}, more than the ${describeBytes(limit)} that ONNX Runtime can take in a browser.`
      : null;
  return { file: modelFile, bytes, refusal };
}

/** Downloads the export. UserError as the hub's files give it. */
export async function readOnnx(place: HubPlace, options: Omit<ReadOptions, 'maxBytes'>): Promise<OnnxFiles> {
  const read = async (file: string) => (await fetchChecked(place, file, { ...options, maxBytes: limit })).bytes;
  const hasData = (await sizeOf(place, dataFile, options.signal)) !== null;
  const model = await read(modelFile).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'not-found') {
      throw new UserError(
        'not-found',
        `The hub has no ${modelFile} for ${place.id}: there is nothing to compare with.`,
      );
    }
    throw error;
  });
  throwIfAborted(options.signal);
  const external = hasData ? [{ path: 'model.onnx_data', data: await read(dataFile) }] : [];
  return { model, external };
}
