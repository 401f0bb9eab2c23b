// A model's tokenizer: text ⇄ token ids and what a reader sees of a token. A thin skin over @huggingface/tokenizers, loaded when first needed.
// Nothing is padded or truncated: every token of the prompt counts. A model without tokenizer files still takes ids.

import * as v from 'valibot';
import { throwIfAborted, UserError } from '../tensor/errors';
import { type ModelFiles, parseJsonObject, readOptional } from './files';
import { legiblePiece, type Spelling, textOfPiece } from './pieces';

export interface TokenPiece {
  readonly id: number;
  /** As shown: whitespace and bytes legible, special tokens in their own spelling. */
  readonly piece: string;
  readonly special: boolean;
  /** True for the tokenizer's unknown token. */
  readonly unknown: boolean;
}

export interface ModelTokenizer {
  /** ids: there are no tokenizer files, pieces read "#12". */
  readonly kind: 'text' | 'ids';
  /** The token that stands for a word to be filled in; null: there is none. */
  readonly mask: number | null;
  /** Ids of a text with the special tokens that the model expects. UserError 'bad-prompt' without tokenizer files. */
  encode(text: string): number[];
  describe(id: number): TokenPiece;
  /** The text of tokens, special tokens left out. */
  decode(ids: readonly number[]): string;
  /** The one token that spells the word (as typed, as shown with ␣, or after a space); null when there is none. */
  idOf(word: string): number | null;
}

const optional = { maxBytes: 64_000_000 };

/** Reads tokenizer.json and tokenizer_config.json. UserError 'bad-model' when they cannot be used. */
export async function loadTokenizer(files: ModelFiles, signal?: AbortSignal): Promise<ModelTokenizer> {
  const read = (name: string) => readOptional(files, name, { ...optional, signal });
  const [tokenizer, config] = await Promise.all([read('tokenizer.json'), read('tokenizer_config.json')]);
  throwIfAborted(signal);
  if (!tokenizer) return idsOnly(files.id);
  const settings = config ? parseJsonObject(config, 'tokenizer_config.json') : {};
  return createTokenizer(parseJsonObject(tokenizer, 'tokenizer.json'), settings);
}

/** For a model without tokenizer files. */
export function idsOnly(id: string): ModelTokenizer {
  const numbered = (token: number) => `#${token}`;
  return {
    kind: 'ids',
    mask: null,
    encode() {
      throw new UserError('bad-prompt', `${id} has no tokenizer.json, so it cannot read text: give token ids instead.`);
    },
    describe: (token) => ({ id: token, piece: numbered(token), special: false, unknown: false }),
    decode: (ids) => ids.map(numbered).join(' '),
    idOf: (word) => (/^#\d+$/.test(word) ? Number(word.slice(1)) : null),
  };
}

/** For a model that reads images: its tokens are patches, which have no text. */
export function noText(): ModelTokenizer {
  return {
    ...idsOnly(''),
    encode() {
      throw new UserError('bad-prompt', 'This model reads images: give a picture, not a prompt.');
    },
    idOf: () => null,
  };
}

/** How the classes that logits are about are spelled. */
export interface ClassNames {
  word(id: number): string;
  /** The class that the word names; null when there is none. */
  idOf(word: string): number | null;
}

/** Labels of a classifier; null: the classes are the tokens of the vocabulary. */
export function classNames(labels: readonly string[] | null, tokenizer: ModelTokenizer): ClassNames {
  if (labels === null) return { word: (id) => tokenizer.describe(id).piece, idOf: (word) => tokenizer.idOf(word) };
  return {
    word: (id) => labels[id] ?? `#${id}`,
    idOf: (word) => (labels.includes(word) ? labels.indexOf(word) : null),
  };
}

/** What is read of tokenizer.json here; the library reads the rest. */
const tokenizerSchema = v.looseObject({
  added_tokens: v.optional(
    v.array(v.looseObject({ id: v.number(), content: v.string(), special: v.optional(v.boolean(), false) })),
    [],
  ),
  model: v.looseObject({ unk_token: v.nullish(v.string()), unk_id: v.nullish(v.number()) }),
});

/** From the parsed tokenizer.json and tokenizer_config.json (`{}` when missing). */
export async function createTokenizer(
  json: Record<string, unknown>,
  config: Record<string, unknown>,
): Promise<ModelTokenizer> {
  const parsed = v.safeParse(tokenizerSchema, json);
  if (!parsed.success) throw unusable(v.getDotPath(parsed.issues[0]) ?? 'it', parsed.issues[0].message);
  const { added_tokens: added, model } = parsed.output;
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const complete = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parsed.output };
  const inner = (() => {
    try {
      return new Tokenizer({ ...complete, padding: null, truncation: null }, config);
    } catch (cause) {
      throw unusable('it', (cause as Error).message, cause);
    }
  })();
  const spelling = spellingOf(json);
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const unknown = model.unk_id ?? (model.unk_token == null ? undefined : inner.token_to_id(model.unk_token));

  const encode = (text: string, add_special_tokens: boolean): (number | undefined)[] =>
    inner.encode(text, { add_special_tokens }).ids;
  const single = (text: string): number | null => {
    const [id, ...more] = text === '' ? [] : encode(text, false);
    return id === undefined || id === unknown || more.length > 0 ? null : id;
  };
  return {
    kind: 'text',
    mask: maskOf(added, config),
    encode(text) {
      const ids = encode(text, true);
      if (ids.every((id) => id !== undefined)) return ids;
      const why = 'its vocabulary cannot spell all of it, and has no unknown token';
      throw new UserError('bad-prompt', `The tokenizer cannot read this text: ${why}.`);
    },
    describe(id) {
      const token = inner.id_to_token(id);
      const isSpecial = special.has(id);
      const piece = token === undefined ? `#${id}` : isSpecial ? token : legiblePiece(token, spelling);
      return { id, piece, special: isSpecial, unknown: id === unknown };
    },
    decode: (ids) => (ids.length === 0 ? '' : inner.decode([...ids], { skip_special_tokens: true })),
    idOf: (word) => single(textOfPiece(word)) ?? single(word) ?? single(` ${word}`),
  };
}

const maskSetting = v.object({ mask_token: v.union([v.string(), v.looseObject({ content: v.string() })]) });
/** What tokenizers call it whose tokenizer_config.json does not say. */
const usualMasks: readonly string[] = ['[MASK]', '<mask>'];

function maskOf(added: readonly { id: number; content: string }[], config: unknown): number | null {
  const parsed = v.safeParse(maskSetting, config);
  const named = parsed.success ? parsed.output.mask_token : null;
  const names = named === null ? usualMasks : [typeof named === 'string' ? named : named.content];
  return added.find(({ content }) => names.includes(content))?.id ?? null;
}

/** How the vocabulary spells spaces and bytes: told by the decoder, or by the pre-tokenizer. */
function spellingOf({ decoder, pre_tokenizer }: Record<string, unknown>): Spelling {
  const text = JSON.stringify([decoder, pre_tokenizer]) ?? '';
  if (text.includes('"type":"ByteLevel"')) return 'bytes';
  return text.includes('▁') ? 'spaces' : 'plain';
}

function unusable(part: string, why: string, cause?: unknown): UserError {
  return new UserError('bad-model', `tokenizer.json cannot be used: ${part} (${why}).`, { cause });
}
