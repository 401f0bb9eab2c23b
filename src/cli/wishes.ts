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
  { vocab, readToken }: ModelInfo,
): Promise<Target> {
  const token = options.target === 'last' ? (readToken ?? length - 1) : checkIndex(options.target, length, '--target');
  const wished = options.class === 'auto' ? [] : [options.class];
  const [chosen = null] = await tokenIds(engine, wished, vocab, '--class');
  const { direction } = options;
  const resolved: Direction =
    direction.kind === 'contrast'
      ? { kind: 'contrast', rivals: await tokenIds(engine, direction.rivals, vocab, '--direction') }
      : direction;
  return { token, class: chosen, direction: resolved };
}

async function tokenIds(
  engine: AnalysisEngine,
  wishes: readonly TokenWish[],
  vocab: number,
  option: string,
): Promise<number[]> {
  const words = wishes.filter((wish) => typeof wish === 'string');
  const found = words.length === 0 ? [] : await engine.lookUp(words);
  const ids = new Map(words.map((word, at) => [word, found[at]!]));
  return wishes.map((wish) => {
    const id = typeof wish === 'number' ? wish : ids.get(wish)!;
    if (id === null) {
      throw new UserError(
        'bad-request',
        `${option}: no single token of the vocabulary spells "${wish}"; give a token's id instead.`,
      );
    }
    if (id < vocab) return id;
    throw new UserError('bad-request', `${option}: there is no token ${id}; the vocabulary has ids 0 to ${vocab - 1}.`);
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
