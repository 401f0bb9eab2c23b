// The parts of a link, `key=value&key=value`: split and percent-encoded. Knows no keys.

/** `onDamaged` is told of parts that are not percent-encoded, by their key. */
export function splitParts(text: string, onDamaged: (key: string) => void): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const key = at < 0 ? part : part.slice(0, at);
    try {
      pairs.set(key, at < 0 ? '' : decodeURIComponent(part.slice(at + 1).replaceAll('+', ' ')));
    } catch {
      onDamaged(key);
    }
  }
  return pairs;
}

/** Spaces as `+`, commas as they are: a link that a person can read. A lone surrogate cannot be encoded and becomes �. */
export function encodePart(text: string): string {
  return encodeURIComponent(wellFormed(text)).replaceAll('%20', '+').replaceAll('%2C', ',');
}

/** UTF-8 and back replaces lone surrogates (TypeScript's ES2023 library does not know `toWellFormed`). */
function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
