// How a token of a vocabulary is written for a reader: whitespace visible (␣ ⏎ ⇥), byte-level spellings (GPT-2's Ġ) and byte tokens (<0x0A>)
// decoded, bytes that are no complete character as ⟨E2 9C⟩.

/** How a vocabulary spells its tokens. `bytes`: every byte a printable character. `spaces`: ▁ for a space, <0x0A> for single bytes. */
export type Spelling = 'plain' | 'bytes' | 'spaces';

export function legiblePiece(token: string, spelling: Spelling): string {
  if (spelling === 'plain') return visible(token);
  if (spelling === 'spaces') {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
    return byte ? fromBytes([Number.parseInt(byte[1]!, 16)]) : visible(token.replaceAll('▁', ' '));
  }
  const bytes = [...token].map((character) => byteOfCharacter.get(character));
  return bytes.every((byte) => byte !== undefined) ? fromBytes(bytes) : visible(token);
}

/** The bytes of the text that a token of the vocabulary stands for; `continuation` opens a token that goes on a word ("##"), `ending` closes one ("</w>"). */
export function bytesOfPiece(token: string, spelling: Spelling, continuation = '', ending = ''): Uint8Array {
  if (spelling === 'bytes') {
    const bytes = [...token].map((character) => byteOfCharacter.get(character));
    if (bytes.every((byte) => byte !== undefined)) return Uint8Array.from(bytes);
  }
  const byte = spelling === 'spaces' ? /^<0x([0-9A-Fa-f]{2})>$/.exec(token) : null;
  if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16));
  let text = spelling === 'spaces' ? token.replaceAll('▁', ' ') : token;
  if (continuation !== '' && text.startsWith(continuation)) text = text.slice(continuation.length);
  if (ending !== '' && text.endsWith(ending)) text = text.slice(0, -ending.length);
  return new TextEncoder().encode(text);
}

/** What the reader sees, back to the text: "␣mary" → " mary". */
export function textOfPiece(piece: string): string {
  return piece.replaceAll('␣', ' ').replaceAll('⏎', '\n').replaceAll('⇥', '\t');
}

function visible(text: string): string {
  return text
    .replaceAll(' ', '␣')
    .replaceAll('\r\n', '⏎')
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '⇥')
    .replace(/\p{Cc}/gu, (control) => `⟨${hex(control.codePointAt(0)!)}⟩`);
}

function fromBytes(bytes: readonly number[]): string {
  try {
    return visible(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)));
  } catch {
    return `⟨${bytes.map(hex).join(' ')}⟩`;
  }
}

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

/** GPT-2's table: printable Latin-1 characters stand for themselves, the other bytes for 256, 257, … in order. */
const byteOfCharacter = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const table = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) table.set(String.fromCodePoint(printable(byte) ? byte : next++), byte);
  return table;
})();
