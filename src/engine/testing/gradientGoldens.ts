// Golden values of the comparison methods (`fixtures/tiny/*/baselines.safetensors`) as tests read them.

import { readdirSync, readFileSync } from 'node:fs';
import { toFloat32 } from '../../models/decode';
import { readSafetensors } from '../../models/safetensors';
import type { Target } from '../protocol';
import { readGolden } from './golden';

/** Every tiny model. */
export const families = readdirSync('fixtures/tiny', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export function readBaselines(family: string) {
  const file = readSafetensors(readFileSync(`fixtures/tiny/${family}/baselines.safetensors`));
  const json = JSON.parse(readFileSync(`fixtures/tiny/${family}/baselines.json`, 'utf8'));
  const golden = readGolden(family);
  return {
    ...golden,
    scalars: json.scalars as Readonly<Record<string, number>>,
    /** What is explained: the raw logit of the golden class; a classifier has one row of logits, at token 0. */
    explained: { token: json.target.position ?? 0, class: json.target.class, direction: { kind: 'logit' } } as Target,
    tolerance: (key: string) => json.tolerance_advice[key] as number,
    keys: [...file.tensors.keys()],
    tensor: (key: string) => toFloat32(file.tensors.get(key)!, key),
  };
}
