// How a text is continued, in a link: JSON, defaults left out.

import * as v from 'valibot';
import type { Sampling } from '../engine/protocol';

export interface GenerationSettings extends Sampling {
  /** The panel is open. */
  readonly open: boolean;
  /** Tokens of one press of the button. */
  readonly count: number;
}

export const defaultGeneration: GenerationSettings = {
  open: false,
  temperature: 0,
  topK: null,
  topP: 1,
  seed: 1,
  count: 20,
};

/** Tokens that a link, and the page, hold. */
export const maxContinuation = 512;

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));
const count = (low: number, high: number) => v.pipe(between(low, high), v.integer());

const shape = v.strictObject({
  open: v.optional(v.boolean(), defaultGeneration.open),
  temperature: v.optional(between(0, 10), defaultGeneration.temperature),
  topK: v.optional(v.nullable(count(1, 1_000_000)), defaultGeneration.topK),
  topP: v.optional(v.pipe(between(0, 1), v.gtValue(0)), defaultGeneration.topP),
  seed: v.optional(count(0, 1_000_000), defaultGeneration.seed),
  count: v.optional(count(1, maxContinuation), defaultGeneration.count),
});

export const generationSchema: v.GenericSchema<string, GenerationSettings> = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): unknown => {
    try {
      const value: unknown = JSON.parse(dataset.value);
      if (!Array.isArray(value)) return value;
      addIssue({ message: 'a list' });
    } catch {
      addIssue({ message: 'no JSON' });
    }
    return NEVER;
  }),
  shape,
);

export function writeGeneration(settings: GenerationSettings): string {
  const kept = Object.entries(settings).filter(
    ([key, value]) => value !== defaultGeneration[key as keyof GenerationSettings],
  );
  return JSON.stringify(Object.fromEntries(kept));
}
