// Which characters of a text every token stands for. The tokenizer library gives none, so the tokens' own spellings are laid along the text: byte by
// byte, since a byte-level vocabulary may cut a character in pieces. What the normaliser changes (case, accents) is followed cluster by cluster.
// Offsets are in UTF-16 units, as JavaScript counts.

export type Range = readonly [start: number, end: number];

/** What a token spells. */
export type Spelled =
  /** Bytes of the normalised text. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A token with a name of its own ("[MASK]"), which the text must hold literally. */
  | { readonly kind: 'named'; readonly name: string }
  /** The unknown token: any text, or its own name typed out. `word`: all up to the next blank or punctuation; else one cluster. */
  | { readonly kind: 'unknown'; readonly extent: 'word' | 'cluster'; readonly name: string };

export interface Placed {
  /** null: nothing of the text (the model's own tokens around it), or not to be found. */
  readonly range: Range | null;
  /** A part of a character; the range is the whole character's. */
  readonly partial: boolean;
}

/** The normalised text as bytes, each with the characters that it comes from. */
interface Stream {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

const encoder = new TextEncoder();
const nothing: Placed = { range: null, partial: false };

/** `normalise` of a piece of text; `names`: contents of named tokens, which are cut out before normalising. */
export function placeTokens(
  text: string,
  tokens: readonly Spelled[],
  normalise: (text: string) => string,
  names: readonly string[],
): Placed[] {
  const stream = streamOf(text, normalise, names);
  let at = 0;
  return tokens.map((token, index) => {
    const found = find(stream, at, token, tokens[index + 1]);
    if (found === null) return nothing;
    const [from, to] = found;
    at = to;
    return placed(stream, from, to);
  });
}

function placed({ bytes, starts, ends }: Stream, from: number, to: number): Placed {
  if (from === to) return nothing;
  const cut = (byte: number) => byte > 0 && byte < bytes.length && starts[byte] === starts[byte - 1];
  const partial = isInside(bytes, from) || isInside(bytes, to);
  const range: Range = [starts[from]!, Math.max(...ends.subarray(from, to))];
  return { range, partial: partial && (cut(from) || cut(to)) };
}

/** Within the bytes of one character. */
const isInside = (bytes: Uint8Array, at: number): boolean => at < bytes.length && (bytes[at]! & 0xc0) === 0x80;

const space = 0x20;
const isBlank = (byte: number | undefined): boolean =>
  byte === space || (byte !== undefined && byte >= 9 && byte <= 13);

/** How far a token is looked for when it is not where it should be: what a splitter drops is short. */
const reach = 64;

function find(stream: Stream, at: number, token: Spelled, next: Spelled | undefined): [number, number] | null {
  if (token.kind === 'unknown') {
    const typed = token.name === '' ? null : find(stream, at, { kind: 'named', name: token.name }, next);
    return typed ?? unknownAt(stream, at, token.extent, next);
  }
  const bytes = token.kind === 'named' ? encoder.encode(token.name) : token.bytes;
  if (bytes.length === 0) return null;
  const direct =
    match(stream.bytes, at, bytes) ?? afterBlanks(stream.bytes, at, bytes) ?? withoutSpace(stream.bytes, at, bytes);
  if (direct !== null || token.kind === 'named') return direct;
  for (let from = at + 1; from <= Math.min(at + reach, stream.bytes.length - bytes.length); from++) {
    if (!isInside(stream.bytes, from) && match(stream.bytes, from, bytes)) return [from, from + bytes.length];
  }
  return null;
}

function match(text: Uint8Array, at: number, bytes: Uint8Array): [number, number] | null {
  if (at + bytes.length > text.length) return null;
  for (let i = 0; i < bytes.length; i++) if (text[at + i] !== bytes[i]) return null;
  return [at, at + bytes.length];
}

/** Blanks that a splitter drops. */
function afterBlanks(text: Uint8Array, at: number, bytes: Uint8Array): [number, number] | null {
  let from = at;
  while (isBlank(text[from])) from++;
  return from === at ? null : match(text, from, bytes);
}

/** A space that the tokenizer puts before the first word. */
function withoutSpace(text: Uint8Array, at: number, bytes: Uint8Array): [number, number] | null {
  if (bytes[0] !== space) return null;
  const rest = bytes.subarray(1);
  return rest.length === 0 ? [at, at] : (match(text, at, rest) ?? afterBlanks(text, at, rest));
}

const punctuation = /[\p{P}!-/:-@[-`{-~]/u;

function unknownAt(
  { bytes, starts }: Stream,
  at: number,
  extent: 'word' | 'cluster',
  next: Spelled | undefined,
): [number, number] | null {
  let from = at;
  while (isBlank(bytes[from])) from++;
  if (from >= bytes.length) return null;
  const known = next?.kind === 'bytes' ? next.bytes : null;
  const isNext = (to: number) => known !== null && !isInside(bytes, to) && match(bytes, to, known) !== null;
  let to = from + 1;
  if (extent === 'cluster') {
    while (to < bytes.length && starts[to] === starts[from]) to++;
    // Several unknown characters in a row may be one token.
    if (known !== null) while (to < bytes.length && !isNext(to) && !isBlank(bytes[to])) to++;
    return [from, to];
  }
  const isPunctuation = (byte: number) => bytes[byte]! < 0x80 && punctuation.test(String.fromCharCode(bytes[byte]!));
  if (isPunctuation(from)) return [from, to];
  while (to < bytes.length && !isBlank(bytes[to]) && !isPunctuation(to)) to++;
  return [from, to];
}

// ---- the text as bytes -------------------------------------------------------------------------------------------------------

const clusters = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

/** User-perceived characters: a normaliser does not reach beyond one. */
function clustersOf(text: string): Iterable<{ segment: string; index: number }> {
  return (
    clusters?.segment(text) ??
    [...text.matchAll(/\P{M}\p{M}*|\p{M}+/gu)].map((found) => ({ segment: found[0], index: found.index }))
  );
}

function streamOf(text: string, normalise: (text: string) => string, names: readonly string[]): Stream {
  const bytes: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const put = (written: string, start: number, end: number): void => {
    for (const byte of encoder.encode(written)) {
      bytes.push(byte);
      starts.push(start);
      ends.push(end);
    }
  };
  for (const { section, index, named } of sectionsOf(text, names)) {
    if (named) put(section, index, index + section.length);
    else for (const unit of unitsOf(section, normalise)) put(unit.written, index + unit.start, index + unit.end);
  }
  return { bytes: Uint8Array.from(bytes), starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) };
}

interface Section {
  readonly section: string;
  readonly index: number;
  readonly named: boolean;
}

/** Cut at the named tokens; the longest name wins. */
function* sectionsOf(text: string, names: readonly string[]): Generator<Section> {
  const known = names.filter((name) => name !== '').sort((a, b) => b.length - a.length);
  let from = 0;
  if (known.length > 0) {
    const pattern = new RegExp(known.map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
    for (const { 0: section, index } of text.matchAll(pattern)) {
      if (index > from) yield { section: text.slice(from, index), index: from, named: false };
      yield { section, index, named: true };
      from = index + section.length;
    }
  }
  if (from < text.length) yield { section: text.slice(from), index: from, named: false };
}

interface Unit {
  readonly written: string;
  readonly start: number;
  readonly end: number;
}

/** The smallest parts of a section whose normalised form is their own: characters where possible, else clusters. */
function unitsOf(section: string, normalise: (text: string) => string): Unit[] {
  const units: Unit[] = [];
  for (const { segment, index } of clustersOf(section)) {
    const whole = normalise(segment);
    const points = [...segment].map((point) => ({ point, written: normalise(point) }));
    if (points.map(({ written }) => written).join('') !== whole) {
      units.push({ written: whole, start: index, end: index + segment.length });
      continue;
    }
    let start = index;
    for (const { point, written } of points) {
      units.push({ written, start, end: start + point.length });
      start += point.length;
    }
  }
  // Some letters change with their neighbours (a sigma that ends a word): the whole text's form counts where it is as long.
  const together = normalise(section);
  const apart = units.map(({ written }) => written);
  if (together === apart.join('') || together.length !== apart.join('').length) return units;
  let at = 0;
  return units.map(({ written, ...place }) => {
    at += written.length;
    return { ...place, written: together.slice(at - written.length, at) };
  });
}
