// What was typed → what the engine takes: words become ids, `last` an index. Everything is checked against the model and the prompt.

import type { Direction, ModelInfo, Target } from '../engine/protocol';
import { UserError } from '../tensor/errors';
import type { AnalysisEngine } from './analysisEngine';
import type { TokenWish } from './argument';
import type { AnalyzeOptions } from './options';

export async function targetOf(
  engine: AnalysisEngine,
  options: AnalyzeOptions,
  length: number,
  model: ModelInfo,
): Promise<Target> {
  const { readToken } = model;
  const token = options.target === 'last' ? (readToken ?? length - 1) : checkIndex(options.target, length, '--target');
  const wished = options.class === 'auto' ? [] : [options.class];
  const [chosen = null] = await classIds(engine, wished, model, '--class');
  const { direction } = options;
  const resolved: Direction =
    direction.kind === 'contrast'
      ? { kind: 'contrast', rivals: await classIds(engine, direction.rivals, model, '--direction') }
      : direction;
  return { token, class: chosen, direction: resolved };
}

async function classIds(
  engine: AnalysisEngine,
  wishes: readonly TokenWish[],
  { vocab, classes = vocab, readToken }: ModelInfo,
  option: string,
): Promise<number[]> {
  if (classes === 0 && wishes.length > 0) {
    throw new UserError(
      'bad-request',
      `${option}: this model has no trained head, so it has no classes to choose from.`,
    );
  }
  const vocabulary = readToken === undefined;
  const words = wishes.filter((wish) => typeof wish === 'string');
  const found = words.length === 0 ? [] : await engine.lookUp(words);
  const ids = new Map(words.map((word, at) => [word, found[at]!]));
  return wishes.map((wish) => {
    const id = typeof wish === 'number' ? wish : ids.get(wish)!;
    if (id === null) {
      throw new UserError(
        'bad-request',
        vocabulary
          ? `${option}: no single token of the vocabulary spells "${wish}"; give a token's id instead.`
          : `${option}: no class of this model is called "${wish}"; give its number instead, 0 to ${classes - 1}.`,
      );
    }
    if (id < classes) return id;
    const where = vocabulary
      ? `there is no token ${id}; the vocabulary has ids 0 to ${classes - 1}`
      : `there is no class ${id}; this model has classes 0 to ${classes - 1}`;
    throw new UserError('bad-request', `${option}: ${where}.`);
  });
}

/** The index, when the prompt has a token there. */
export function checkIndex(index: number, length: number, option: string): number {
  if (index < length) return index;
  throw new UserError(
    'bad-request',
    `${option}: there is no token ${index}; the prompt has ${length} tokens, 0 to ${length - 1}.`,
  );
}
