// The tokenizer inside a GGUF file → a tokenizer.json, which the tokenizer library reads like any other. Two kinds: byte-level BPE with its merges
// ("gpt2"), and SentencePiece BPE ("llama"), whose merges follow from the scores of its pieces. How a byte-level vocabulary cuts text into words
// is only named in the file; the names that are known stand in `cuts`.

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import type { GgufValue } from './gguf';

type Json = Readonly<Record<string, unknown>>;
type Metadata = ReadonlyMap<string, GgufValue>;

/** llama.cpp's kinds of tokens. */
const kinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 };

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
const split = (pattern: string): Json => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    { ...byteLevel, use_regex: false },
  ],
});
const words = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

interface Cut {
  readonly preTokenizer: Json;
  readonly normalizer: Json | null;
  /** A word that is a token is that token, whatever the merges say. */
  readonly ignoreMerges: boolean;
  /** Begins with the first token where the file does not say. */
  readonly addBos: boolean;
}
const gpt2: Cut = {
  preTokenizer: { ...byteLevel, use_regex: true },
  normalizer: null,
  ignoreMerges: false,
  addBos: false,
};
const digitsApart: Cut = {
  ...gpt2,
  preTokenizer: {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, gpt2.preTokenizer],
  },
};
const llama3: Cut = { ...gpt2, preTokenizer: split(words('\\p{N}{1,3}')), ignoreMerges: true, addBos: true };
const qwen2: Cut = { ...gpt2, preTokenizer: split(words('\\p{N}')), normalizer: { type: 'NFC' } };

/** tokenizer.ggml.pre → how text is cut into words. */
const cuts: Readonly<Record<string, Cut>> = {
  'gpt-2': gpt2,
  smollm: digitsApart,
  'llama-bpe': llama3,
  'llama-v3': llama3,
  llama3,
  qwen2,
};

const isNumbers = (value: unknown): value is ArrayLike<number> => ArrayBuffer.isView(value);
const id = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4_000_000));
const schema = v.object({
  model: v.string(),
  tokens: v.array(v.string()),
  token_type: v.optional(v.custom<ArrayLike<number>>(isNumbers)),
  scores: v.optional(v.custom<ArrayLike<number>>(isNumbers)),
  merges: v.optional(v.array(v.string())),
  pre: v.optional(v.string()),
  bos_token_id: v.optional(id),
  eos_token_id: v.optional(id),
  unknown_token_id: v.optional(id),
  add_bos_token: v.optional(v.boolean()),
  add_eos_token: v.optional(v.boolean(), false),
  add_space_prefix: v.optional(v.boolean(), true),
});
type Vocabulary = v.InferOutput<typeof schema>;

/** null: the file has no tokenizer. UserError 'bad-model' or 'unsupported-model'. `name` is the file's. */
export function tokenizerOf(metadata: Metadata, name: string): Json | null {
  if (!metadata.has('tokenizer.ggml.model') || metadata.get('tokenizer.ggml.model') === 'no_vocab') return null;
  const entries = Object.keys(schema.entries).map((key) => [key, metadata.get(`tokenizer.ggml.${key}`)]);
  const parsed = v.safeParse(schema, Object.fromEntries(entries), { abortEarly: true });
  if (!parsed.success) {
    const key = v.getDotPath(parsed.issues[0])?.replace(/\..*/, '') ?? '';
    throw broken(name, `tokenizer.ggml.${key} is missing or not usable`);
  }
  const vocabulary = parsed.output;
  const { tokens, token_type: types, scores } = vocabulary;
  for (const [list, key] of [
    [types, 'token_type'],
    [scores, 'scores'],
  ] as const) {
    if (list && list.length !== tokens.length)
      throw broken(name, `it has ${tokens.length} tokens, but ${list.length} entries of tokenizer.ggml.${key}`);
  }
  if (new Set(tokens).size !== tokens.length) throw broken(name, 'its vocabulary has a token twice');
  if (vocabulary.model === 'gpt2') return byteLevelTokenizer(vocabulary, name);
  if (vocabulary.model === 'llama') return sentencePieceTokenizer(vocabulary, name);
  throw new UserError(
    'unsupported-model',
    `${name} has a tokenizer of kind "${vocabulary.model.slice(0, 40)}"; of GGUF files gpt2 and llama are read.`,
  );
}

function byteLevelTokenizer(vocabulary: Vocabulary, name: string): Json {
  const { merges, pre = '' } = vocabulary;
  const cut = Object.hasOwn(cuts, pre) ? cuts[pre]! : null;
  if (cut === null) {
    throw new UserError(
      'unsupported-model',
      `${name} cuts text into words by the rules "${pre.slice(0, 40)}"; of GGUF files ${Object.keys(cuts).join(', ')} are read.`,
    );
  }
  if (!merges) throw broken(name, 'tokenizer.ggml.merges is missing');
  const pairs = merges.map((merge) => {
    const space = merge.indexOf(' ', 1); // a part may begin with a space
    if (space < 0 || space === merge.length - 1) throw broken(name, `“${merge.slice(0, 40)}” is no merge`);
    return [merge.slice(0, space), merge.slice(space + 1)];
  });
  return {
    ...common(vocabulary, cut.addBos),
    normalizer: cut.normalizer,
    pre_tokenizer: cut.preTokenizer,
    decoder: { ...byteLevel, use_regex: true },
    model: bpe(vocabulary, pairs, { ignore_merges: cut.ignoreMerges }),
  };
}

function sentencePieceTokenizer(vocabulary: Vocabulary, name: string): Json {
  const { tokens, scores, token_type: types } = vocabulary;
  if (!scores) throw broken(name, 'tokenizer.ggml.scores is missing');
  const unknown = vocabulary.unknown_token_id ?? (types ? Array.from(types).indexOf(kinds.unknown) : -1);
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const prefix = { type: 'Prepend', prepend: '▁' };
  return {
    ...common(vocabulary, true),
    normalizer: { type: 'Sequence', normalizers: vocabulary.add_space_prefix ? [prefix, space] : [space] },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(vocabulary.add_space_prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: bpe(vocabulary, mergesOf(vocabulary, scores), {
      ...(unknown >= 0 && unknown < tokens.length ? { unk_token: tokens[unknown] } : {}),
      byte_fallback: true,
      fuse_unk: true,
    }),
  };
}

function bpe({ tokens }: Vocabulary, merges: readonly (readonly string[])[], more: Json): Json {
  const vocab = Object.fromEntries(tokens.map((token, at) => [token, at]));
  return { type: 'BPE', dropout: null, unk_token: null, ...more, vocab, merges };
}

const longestPiece = 512;

/**
 * SentencePiece joins the neighbours whose joined piece has the best score. As an ordered list: every way to cut a piece into two pieces, best
 * score first; of one score, the pieces with the lowest ids and then the longest first parts, as Hugging Face's own conversion has them.
 */
function mergesOf({ tokens, token_type: types }: Vocabulary, scores: ArrayLike<number>): [string, string][] {
  const ids = new Map<string, number>();
  for (const [at, token] of tokens.entries()) if (isNormal(types, at)) ids.set(token, at);
  const found: { readonly left: string; readonly right: string; readonly score: number }[] = [];
  for (const [piece, at] of ids) {
    if (piece.length > longestPiece) continue;
    const own: (typeof found)[number][] = [];
    for (let cut = 1; cut < piece.length; cut++) {
      const [left, right] = [piece.slice(0, cut), piece.slice(cut)];
      if (ids.has(left) && ids.has(right)) own.push({ left, right, score: scores[at]! });
    }
    own.sort((a, b) => ids.get(a.left)! - ids.get(b.left)! || ids.get(a.right)! - ids.get(b.right)!);
    found.push(...own);
  }
  found.sort((a, b) => b.score - a.score || size(b.left) - size(a.left) || size(b.right) - size(a.right));
  return found.map(({ left, right }) => [left, right]);
}

/** Characters, not UTF-16 units. */
const size = (text: string) => [...text].length;

const isNormal = (types: ArrayLike<number> | undefined, at: number) => !types || types[at] === kinds.normal;

/** Tokens that text is searched for before it is cut, and what stands before and after every prompt. */
function common(vocabulary: Vocabulary, addBosByDefault: boolean): Json {
  const { tokens, token_type: types, bos_token_id: bos, eos_token_id: eos } = vocabulary;
  const added = tokens.flatMap((content, at) => {
    const kind = types?.[at];
    if (kind !== kinds.control && kind !== kinds.userDefined && kind !== kinds.unknown) return [];
    const special = kind !== kinds.userDefined;
    return [{ id: at, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
  const edge = (wanted: boolean, at: number | undefined) =>
    wanted && at !== undefined && at < tokens.length ? [{ token: tokens[at]!, at }] : [];
  const [first, last] = [edge(vocabulary.add_bos_token ?? addBosByDefault, bos), edge(vocabulary.add_eos_token, eos)];
  const piece = ({ token }: { token: string }) => ({ SpecialToken: { id: token, type_id: 0 } });
  const sequence = (letter: string) => ({ Sequence: { id: letter, type_id: 0 } });
  const edges = [...first, ...last];
  const processor = {
    type: 'TemplateProcessing',
    single: [...first.map(piece), sequence('A'), ...last.map(piece)],
    pair: [...first.map(piece), sequence('A'), ...first.map(piece), sequence('B'), ...last.map(piece)],
    special_tokens: Object.fromEntries(
      edges.map(({ token, at }) => [token, { id: token, ids: [at], tokens: [token] }]),
    ),
  };
  return { version: '1.0', added_tokens: added, post_processor: edges.length > 0 ? processor : null };
}

function broken(name: string, what: string): UserError {
  return new UserError('bad-model', `${name} cannot be used: ${what}.`);
}
