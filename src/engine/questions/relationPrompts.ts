// A relation's prompts as the model reads them: where the subject's vector is, and which token the object begins with. The subject is read at the last
// token of its last occurrence; an object of several tokens counts by its first.

import { answered, fill } from '../../analysis/relations/template';
import type { ModelTokenizer, ReadText } from '../../models/tokenizer';
import type { Program } from '../../program/program';
import { UserError } from '../../tensor/errors';
import type { Fact } from '../protocol';

export interface FactPrompt {
  readonly fact: Fact;
  readonly ids: readonly number[];
  /** The subject's last token. */
  readonly source: number;
  /** First token of the object. */
  readonly object: number;
  /** The object has more tokens. */
  readonly more: boolean;
}

/** The prompt, or why there is none: the end of a sentence. */
export function readFact(
  tokenizer: ModelTokenizer,
  { contextLength }: Pick<Program, 'contextLength'>,
  template: string,
  fact: Fact,
): FactPrompt | string {
  const { text, subject } = fill(template, fact.subject);
  const read = tokenizer.read(text);
  const { ids } = read;
  if (ids.length > contextLength) return `whose prompt is longer than the ${contextLength} tokens this model takes`;
  const source = lastTokenIn(read, subject);
  if (source === null) return 'whose subject is not found among the tokens of its prompt';
  const own = read.tokens.map(({ range }, at) => (touches(range, subject) ? ids[at]! : null));
  if (own.some((id) => id !== null && tokenizer.describe(id).unknown)) return 'whose subject the model has no word for';
  const whole = tokenizer.encode(answered(text, fact.object));
  const shared = ids.findIndex((id, at) => whole[at] !== id);
  if (shared !== -1) return 'whose object merges with the end of the prompt into other tokens';
  const object = whole[ids.length];
  if (object === undefined) return 'whose object has no token';
  if (tokenizer.describe(object).unknown) return 'whose object the model has no word for';
  return { fact, ids, source, object, more: whole.length > ids.length + 1 };
}

function lastTokenIn({ tokens }: ReadText, subject: readonly [number, number]): number | null {
  const at = tokens.findLastIndex(({ range }) => touches(range, subject));
  return at === -1 ? null : at;
}

function touches(range: readonly [number, number] | null, [start, end]: readonly [number, number]): boolean {
  return range !== null && range[1] > start && range[0] < end;
}

/** UserError 'bad-request' for a model that does not go on with a text. */
export function refuseOthers({ causal, image, reads, logits }: Program, { kind }: ModelTokenizer): void {
  const why =
    image !== null
      ? 'reads images'
      : !causal
        ? 'reads in both directions'
        : reads !== null || logits === null
          ? 'does not predict the next token'
          : kind === 'ids'
            ? 'has no tokenizer'
            : null;
  if (why === null) return;
  throw new UserError(
    'bad-request',
    `Relations and continuations are for decoders of text, which predict the next token; this model ${why}. Choose another model.`,
  );
}
