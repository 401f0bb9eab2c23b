// The worked examples that a model brings along (`models/<name>/examples.json`), checked, and the settings that each opens with.

import * as v from 'valibot';
import type { RunSummary } from '../engine/protocol';
import { defaultSettings, inputKey, type Settings } from '../share/settings';
import { answerToken } from './answerToken';

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const sentence = v.pipe(v.string(), v.maxLength(2000));

const entries = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,80}$/)),
  title: sentence,
  prompt: v.optional(v.pipe(v.string(), v.maxLength(12_000)), ''),
  /** In place of a prompt: a picture's file beside the model. */
  image: v.optional(v.pipe(v.string(), v.maxLength(200), v.regex(/^[\w-]+(\/[\w-]+)*\.(png|jpe?g|webp|gif)$/))),
  target: v.object({
    token: v.pipe(v.number(), v.integer(), v.minValue(0)),
    /** The word explained: the model's own prediction there. */
    class: word,
    direction: v.picklist(['centred', 'logit', 'logprob', 'contrast']),
    rivals: v.optional(v.array(word), []),
  }),
  look: sentence,
  why: sentence,
});

const example = v.pipe(
  entries,
  v.check(({ prompt, image }) => (prompt === '') !== (image === undefined), 'It must have a prompt or an image'),
);

export type Example = v.InferOutput<typeof example>;

/** Examples that do not fit are left out: a broken one must not take the page down. */
export function readExamples(raw: unknown): readonly Example[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((item) => {
    const parsed = v.safeParse(example, item);
    return parsed.success ? [parsed.output] : [];
  });
}

/** What the model runs on. */
export function exampleInput({ prompt, image }: Example): Pick<Settings, 'prompt' | 'chat' | 'image'> {
  return image === undefined
    ? { prompt, chat: false, image: null }
    : { prompt: null, chat: false, image: { name: image, digest: null } };
}

export function isExample(chosen: Example, settings: Pick<Settings, 'prompt' | 'chat' | 'image'>): boolean {
  return inputKey(exampleInput(chosen)) === inputKey(settings);
}

/** What an example opens with; its target follows when the run is there (`exampleTarget`). */
export function exampleSettings(chosen: Example, model: string): Settings {
  return { ...defaultSettings, model, ...exampleInput(chosen), direction: chosen.target.direction };
}

/** The token where the model answers is explained without a pin, so that hovering previews others; any other token is pinned. */
export function exampleTarget(
  chosen: Example,
  run: RunSummary,
  rivals: readonly (number | null)[],
): Pick<Settings, 'pinned' | 'rivals'> {
  const { token } = chosen.target;
  const pinned = token >= run.tokens.length || token === answerToken(run) ? [] : [token];
  return { pinned, rivals: rivals.filter((id) => id !== null) };
}
