// A model's chat template as its files give it, before it is run (chat.ts, which brings the interpreter and is loaded only for models that have one).

import * as v from 'valibot';
import { UserError } from '../tensor/errors';

export interface ChatTemplate {
  /** The whole text that the model reads, and where in it the message stands. UserError 'bad-prompt'. */
  render(message: string): RenderedChat;
}

export interface RenderedChat {
  readonly text: string;
  /** Of the message in the text; the rest is the template's. */
  readonly message: readonly [start: number, end: number];
}

export const maxTemplate = 200_000;

const template = v.pipe(v.string(), v.maxLength(maxTemplate, `It is longer than ${maxTemplate} characters`));
const settings = v.looseObject({
  chat_template: v.nullish(v.union([template, v.array(v.looseObject({ name: v.string(), template }))])),
});
/** The template in tokenizer_config.json, of several the one named "default"; null: there is none. */
export function templateIn(config: Record<string, unknown>): string | null {
  const parsed = v.safeParse(settings, config);
  if (!parsed.success) throw unusable(parsed.issues[0].message);
  const { chat_template: found = null } = parsed.output;
  if (!Array.isArray(found)) return found;
  return found.find(({ name }) => name === 'default')?.template ?? null;
}

export function unusable(why: string, cause?: unknown): UserError {
  return new UserError('bad-model', `The model’s chat template cannot be used: ${why.slice(0, 200)}.`, { cause });
}
