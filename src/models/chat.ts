// A model's chat template: one user message → the text that the model was trained to answer. Templates come with models and are not trusted: an
// interpreter of their language only, with limits on steps, loops and output, and errors told in a sentence.

import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import { type ChatTemplate, unusable } from './chatTemplate';

const maxSteps = 200_000;
const maxOutput = 100_000;
const longestRange = 10_000;

const named = v.union([v.string(), v.looseObject({ content: v.string() })]);

/** `config`: the parsed tokenizer_config.json, whose special tokens templates may name. */
export function createChatTemplate(source: string, config: Record<string, unknown>): ChatTemplate {
  const program = (() => {
    try {
      return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    } catch (cause) {
      throw unusable((cause as Error).message, cause);
    }
  })();
  const specials = Object.entries(config).flatMap(([key, value]) => {
    const token = /^\w+_token$/.test(key) ? v.safeParse(named, value) : null;
    if (!token?.success) return [];
    return [[key, typeof token.output === 'string' ? token.output : token.output.content] as const];
  });

  function run(message: string): string {
    const environment = new Environment();
    const globals = {
      ...Object.fromEntries(specials),
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      // No strftime_now: templates that know the date write a fixed one without it, and a link must give the same text every day.
      range: limitedRange,
      raise_exception(reason: unknown) {
        throw new Error(String(reason));
      },
      messages: [{ role: 'user', content: message }],
      add_generation_prompt: true,
    };
    for (const [name, value] of Object.entries(globals)) environment.set(name, value);
    try {
      const result = new LimitedInterpreter(environment).run(program) as { value: unknown };
      const text = String(result.value);
      if (text.length > maxOutput + message.length) throw new Error(`it writes more than ${maxOutput} characters`);
      return text;
    } catch (cause) {
      const why = (cause instanceof Error ? cause.message : String(cause)).slice(0, 200).replace(/\.$/, '');
      throw new UserError(
        'bad-prompt',
        `The model’s chat template fails: ${why}. Switch Chat off to run the plain text.`,
        { cause },
      );
    }
  }

  return {
    render(message) {
      const text = run(message);
      const [before, after] = split(run(mark));
      const kept = text.slice(before.length, text.length - after.length);
      const found = text.startsWith(before) && text.endsWith(after) && message.includes(kept);
      if (found) return { text, message: [before.length, text.length - after.length] };
      // The template writes something else around other messages: the last place that holds the words.
      const start = Math.max(0, text.lastIndexOf(message.trim()));
      return { text, message: [start, Math.min(text.length, start + message.trim().length)] };
    },
  };
}

/** A message that no template knows: private-use characters. */
const mark = '\uE0B1\uE0B2\uE0B1';

function split(text: string): [before: string, after: string] {
  const at = text.lastIndexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** Every statement and expression is a step: no template runs without end. */
class LimitedInterpreter extends Interpreter {
  #steps = 0;

  override evaluate(...node: Parameters<Interpreter['evaluate']>): ReturnType<Interpreter['evaluate']> {
    if (++this.#steps > maxSteps) throw new Error(`it takes more than ${maxSteps} steps`);
    return super.evaluate(...node);
  }
}

function limitedRange(...bounds: unknown[]): number[] {
  const [from, to, step] = (bounds.length === 1 ? [0, bounds[0], 1] : [bounds[0], bounds[1], bounds[2] ?? 1]).map(
    Number,
  ) as [number, number, number];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (!(length <= longestRange)) throw new Error(`it counts further than ${longestRange}`);
  return Array.from({ length }, (_, at) => from + at * step);
}
