// Golden values of the comparison methods (fixtures/tiny/*/baselines.{safetensors,json}) as tests read them.

import { readdirSync, readFileSync } from 'node:fs';
import { toFloat32 } from '../../models/decode';
import { readSafetensors } from '../../models/safetensors';
import { relativeError } from '../../tensor/compare';

/** Folders of `fixtures/tiny` that hold a model. */
export const tinyModels: readonly string[] = readdirSync('fixtures/tiny', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export function readBaselines(model: string) {
  const { tensors } = readSafetensors(readFileSync(`fixtures/tiny/${model}/baselines.safetensors`));
  const json: { readonly tolerance_advice: Readonly<Record<string, number>> } = JSON.parse(
    readFileSync(`fixtures/tiny/${model}/baselines.json`, 'utf8'),
  );
  return {
    has: (key: string) => tensors.has(key),
    tensor: (key: string) => toFloat32(tensors.get(key)!, key),
    /** For a float32 implementation. */
    tolerance: (key: string) => json.tolerance_advice[key.replace(/\.\d+$/, '')] ?? 0,
    /** max|a − b| / max|b|. */
    error: (key: string, data: ArrayLike<number>) => relativeError(data, toFloat32(tensors.get(key)!, key)),
  };
}
