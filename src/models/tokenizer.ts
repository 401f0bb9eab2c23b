// A model's tokenizer: text ⇄ token ids and what a reader sees of a token. A thin skin over @huggingface/tokenizers, loaded when first needed.
// Nothing is padded or truncated: every token of the prompt counts. A model without tokenizer files still takes ids.

import type { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { throwIfAborted, UserError } from '../tensor/errors';
import { type ChatTemplate, maxTemplate, type RenderedChat, templateIn } from './chatTemplate';
import { type ModelFiles, parseJsonObject, readOptional } from './files';
import { type Placed, placeTokens, type Range, type Spelled } from './offsets';
import { bytesOfPiece, legiblePiece, type Spelling, textOfPiece } from './pieces';
import { wordsOfTokens } from './words';

export interface TokenPiece {
  readonly id: number;
  /** As shown: whitespace and bytes legible, special tokens in their own spelling. */
  readonly piece: string;
  readonly special: boolean;
  /** True for the tokenizer's unknown token. */
  readonly unknown: boolean;
}

/** A token of a text, beside its id. */
export interface ReadToken {
  /** Characters of the prompt that it stands for, in UTF-16 units; null: none (put there by the model's own format). */
  readonly range: Range | null;
  /** A part of a character; the range is the whole character's. */
  readonly partial: boolean;
  /** Neighbours with the same number make one word. */
  readonly word: number;
  /** Not of the prompt: put there by the tokenizer or the chat template. */
  readonly inserted: boolean;
}

export interface ReadText {
  readonly ids: readonly number[];
  readonly tokens: readonly ReadToken[];
  /** What the model really reads, when a chat template made it. */
  readonly chat: RenderedChat | null;
}

export interface ModelTokenizer {
  /** ids: there are no tokenizer files, pieces read "#12". */
  readonly kind: 'text' | 'ids';
  /** There is a chat template. */
  readonly chat: boolean;
  /** The token that stands for a word to be filled in; null: there is none. */
  readonly mask: number | null;
  /** The token that stands for what the vocabulary cannot spell; null: there is none. */
  readonly unknownToken: number | null;
  /** The token that ends a text; null: there is none. */
  readonly end: number | null;
  /** Ids of a text with the special tokens that the model expects. UserError 'bad-prompt' without tokenizer files. */
  encode(text: string): number[];
  /** The same with what every token stands for; `chat`: as the user's message in the chat template. */
  read(text: string, chat?: boolean): ReadText;
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
  const json = parseJsonObject(tokenizer, 'tokenizer.json');
  const template = templateIn(settings) ?? (await readTemplate(files, json, signal));
  return createTokenizer(json, settings, template);
}

/** Tokens that only models trained to converse have. */
const turnMarker = /im_start|start_of_turn|start_header|\[\/?INST\]|<\|?(user|assistant|system|role|turn)/i;

/** Newer models keep their template beside the settings. Without it (or without a connection, for a model stored long ago) there is none. */
async function readTemplate(
  files: ModelFiles,
  { added_tokens: added }: Record<string, unknown>,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (files.remote && !turnMarker.test(JSON.stringify(added ?? []))) return null;
  try {
    const bytes = await readOptional(files, 'chat_template.jinja', { maxBytes: maxTemplate, signal });
    return bytes && new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof UserError && error.code === 'network') return null;
    throw error;
  }
}

/** For a model without tokenizer files. */
export function idsOnly(id: string): ModelTokenizer {
  const numbered = (token: number) => `#${token}`;
  const refuse = () => {
    throw new UserError('bad-prompt', `${id} has no tokenizer.json, so it cannot read text: give token ids instead.`);
  };
  return {
    kind: 'ids',
    mask: null,
    unknownToken: null,
    end: null,
    chat: false,
    encode: refuse,
    read: refuse,
    describe: (token) => ({ id: token, piece: numbered(token), special: false, unknown: false }),
    decode: (ids) => ids.map(numbered).join(' '),
    idOf: (word) => (/^#\d+$/.test(word) ? Number(word.slice(1)) : null),
  };
}

/** For a model that reads images: its tokens are patches, which have no text. */
export function noText(): ModelTokenizer {
  const refuse = () => {
    throw new UserError('bad-prompt', 'This model reads images: give a picture, not a prompt.');
  };
  return {
    ...idsOnly(''),
    encode: refuse,
    read: refuse,
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
  model: v.looseObject({
    type: v.nullish(v.string()),
    unk_token: v.nullish(v.string()),
    unk_id: v.nullish(v.number()),
    continuing_subword_prefix: v.nullish(v.string()),
    end_of_word_suffix: v.nullish(v.string()),
  }),
});

/** From the parsed tokenizer.json and tokenizer_config.json (`{}` when missing). */
export async function createTokenizer(
  json: Record<string, unknown>,
  config: Record<string, unknown>,
  template: string | null = templateIn(config),
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
  const chats = template === null ? null : await import('./chat');
  // Made when first used: a broken template does not keep the model from reading plain text.
  let chatTemplate: ChatTemplate | null = null;
  const render = (message: string): RenderedChat => {
    if (template === null) throw new UserError('bad-prompt', 'This model has no chat template: run the plain text.');
    chatTemplate ??= chats!.createChatTemplate(template, config);
    return chatTemplate.render(message);
  };
  const checked = (ids: readonly (number | undefined)[]): number[] => {
    if (ids.every((id) => id !== undefined)) return ids as number[];
    const why = 'its vocabulary cannot spell all of it, and has no unknown token';
    throw new UserError('bad-prompt', `The tokenizer cannot read this text: ${why}.`);
  };
  const contents = new Map(added.map(({ id, content }) => [id, content]));
  const spelled = (id: number): Spelled => {
    if (id === unknown) {
      const words = model.type === 'WordPiece' || model.type === 'WordLevel';
      return { kind: 'unknown', extent: words ? 'word' : 'cluster', name: contents.get(id) ?? '' };
    }
    const name = contents.get(id);
    if (name !== undefined) return { kind: 'named', name };
    const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = model;
    return { kind: 'bytes', bytes: bytesOfPiece(inner.id_to_token(id) ?? '', spelling, prefix ?? '', suffix ?? '') };
  };
  const normalise = normaliserOf(Tokenizer, json);
  const place = (text: string, ids: readonly number[]): Placed[] =>
    placeTokens(text, ids.map(spelled), normalise, [...contents.values()]);
  /** How many tokens the tokenizer itself puts in front. */
  const ahead = (() => {
    const [bare, whole] = [encode('a', false), encode('a', true)];
    for (let at = whole.length - bare.length; at > 0; at--) if (bare.every((id, i) => whole[at + i] === id)) return at;
    return 0;
  })();
  const single = (text: string): number | null => {
    const [id, ...more] = text === '' ? [] : encode(text, false);
    return id === undefined || id === unknown || more.length > 0 ? null : id;
  };
  return {
    kind: 'text',
    mask: namedToken(added, config, 'mask_token', ['[MASK]', '<mask>']),
    unknownToken: unknown ?? null,
    end: namedToken(added, config, 'eos_token', ['</s>', '<eos>', '<|endoftext|>', '[SEP]']),
    chat: template !== null,
    encode: (text) => checked(encode(text, true)),
    read(text, chat = false) {
      const rendered = chat ? render(text) : null;
      const whole = rendered?.text ?? text;
      const bare = checked(encode(whole, false));
      // A template writes the special tokens itself.
      const ids = rendered ? bare : checked(encode(whole, true));
      const outside: Placed = { range: null, partial: false };
      const before = ids.length > bare.length ? ahead : 0;
      const inside = place(whole, bare);
      const placed = ids.map((_, at) => inside[at - before] ?? outside);
      const words = wordsOfTokens(whole, placed);
      const [start, end] = rendered?.message ?? [0, whole.length];
      return {
        ids,
        chat: rendered,
        tokens: placed.map(({ range, partial }, at) => {
          const own = range !== null && range[1] > start && range[0] < end;
          const clipped: Range | null = own
            ? [Math.max(range[0], start) - start, Math.min(range[1], end) - start]
            : null;
          const ofPrompt = own || (range === null && at >= before && at < before + bare.length && rendered === null);
          return { range: clipped, partial, word: words[at]!, inserted: !ofPrompt };
        }),
      };
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

const tokenSetting = v.union([v.string(), v.looseObject({ content: v.string() })]);

/** `usual`: what tokenizers call it whose tokenizer_config.json does not say. */
function namedToken(
  added: readonly { id: number; content: string }[],
  config: Record<string, unknown>,
  setting: string,
  usual: readonly string[],
): number | null {
  const parsed = v.safeParse(tokenSetting, config[setting]);
  const named = parsed.success ? parsed.output : null;
  const names = named === null ? usual : [typeof named === 'string' ? named : named.content];
  return added.find(({ content }) => names.includes(content))?.id ?? null;
}

/**
 * What happens to a text before it is cut, without what only marks spaces (▁): offsets are looked for in the text's own characters. The library keeps its
 * normalisers to itself, so an empty tokenizer is made around this one.
 */
function normaliserOf(Tokenizer: typeof LibraryTokenizer, json: Record<string, unknown>): (text: string) => string {
  const kept = withoutSpaceMarks(json.normalizer);
  if (kept === null) return (text) => text;
  const empty = { type: 'WordPiece', unk_token: '', continuing_subword_prefix: '', vocab: { '': 0 } };
  const parts = { pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] };
  const { normalizer } = new Tokenizer({ version: '1.0', normalizer: kept, model: empty, ...parts }, {});
  return (text) => (normalizer === null ? text : (normalizer as unknown as (text: string) => string)(text));
}

const normaliserTree = v.looseObject({
  type: v.string(),
  normalizers: v.optional(v.array(v.unknown())),
  content: v.optional(v.string()),
});

function withoutSpaceMarks(tree: unknown): unknown {
  const parsed = v.safeParse(normaliserTree, tree);
  if (!parsed.success) return null;
  const { type, normalizers, content } = parsed.output;
  if (type === 'Prepend' || (type === 'Replace' && content === '▁')) return null;
  if (normalizers === undefined) return tree;
  const kept = normalizers.map(withoutSpaceMarks).filter((one) => one !== null);
  return kept.length === 0 ? null : { ...parsed.output, normalizers: kept };
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
