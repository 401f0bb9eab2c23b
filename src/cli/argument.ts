// Single arguments of the command line → values. Every refusal is one sentence that names the option.

import type { LayerRange } from '../engine/protocol';
import { UserError } from '../tensor/errors';

/** A token of the vocabulary as it was typed: an id, or a word that the tokenizer looks up. */
export type TokenWish = number | string;

export type DirectionWish =
  | { readonly kind: 'centred' | 'logit' | 'logprob' }
  /** No rivals: the runner-up. */
  | { readonly kind: 'contrast'; readonly rivals: readonly TokenWish[] };

export function refused(sentence: string, cause?: unknown): UserError {
  return new UserError('bad-request', `${sentence}. See --help.`, { cause });
}

/** parseArgs explains itself in its first sentence; the rest is advice for programmers. */
export function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refused((error as Error).message.split(/[.\n]/)[0]!, error);
  }
}

export function required(value: string | undefined, option: string, what: string): string {
  if (value !== undefined && value !== '') return value;
  throw refused(`${option} is missing: ${what}`);
}

export function oneOf<T extends string>(value: string, choices: readonly T[], option: string): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw refused(`${option} does not know "${value}"; choose from ${choices.join(', ')}`);
}

const units: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** "300MB", "1.5 GB". */
export function readBytes(value: string, option: string): number {
  const found = /^(\d{1,12}(?:\.\d{1,6})?)\s?(B|kB|MB|GB)$/i.exec(value.trim());
  if (found) return Math.floor(Number(found[1]) * units[found[2]!.toUpperCase()]!);
  throw refused(`${option} must be a size such as 300MB or 1.5GB, not "${value}"`);
}

export function readIndex(value: string, must: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw refused(`${must} an index from 0, not "${value}"`);
}

export function readIds(value: string): number[] {
  return value.split(',').map((id) => readIndex(id.trim(), '--ids must be token ids separated by commas, each'));
}

export function readLayers(value: string): LayerRange {
  const found = /^(\d{1,6}):(\d{1,6})$/.exec(value);
  const range = [Number(found?.[1]), Number(found?.[2])] as const;
  if (found && range[0] < range[1]) return range;
  throw refused(`--layers must be a:b with a below b (blocks a to b − 1), not "${value}"`);
}

export function readPair(value: string): readonly [number, number] {
  const parts = value.split(',').map((part) => readIndex(part.trim(), '--pair must be I,J, each'));
  if (parts.length === 2) return [parts[0]!, parts[1]!];
  throw refused(`--pair must be I,J (output token, input token), not "${value}"`);
}

export function readToken(value: string, option: string): TokenWish {
  if (value === '') throw refused(`${option} names no token: give an id or a word`);
  return /^\d{1,9}$/.test(value) ? Number(value) : value;
}

export function readDirection(value: string): DirectionWish {
  const [kind, ...rest] = value.split(':');
  const known = oneOf(kind!, ['centred', 'logit', 'logprob', 'contrast'], '--direction');
  const rivals = rest.join(':');
  if (known === 'contrast') {
    return {
      kind: 'contrast',
      rivals: rest.length === 0 ? [] : rivals.split(',').map((rival) => readToken(rival, '--direction contrast')),
    };
  }
  if (rest.length > 0) throw refused(`--direction ${known} takes no tokens; only contrast does`);
  return { kind: known };
}
