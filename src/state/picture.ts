// Pictures as files that the reader chose: how a link names them. What they look like is the engine's business.

/** Longest file that is read at all; the engine's own limit (models/image/header.ts). */
export const maxPictureBytes = 64_000_000;

/** First half of the SHA-256, in hexadecimal; null where the page may not compute it (no HTTPS). */
export async function digestOf(bytes: Uint8Array): Promise<string | null> {
  if (globalThis.crypto?.subtle === undefined) return null;
  const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return [...whole.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A file's name without what a link gives a meaning to; never empty. */
export function linkName(name: string): string {
  const plain = name
    .replace(/[/\\~]/g, '_')
    .slice(0, 200)
    .trim();
  return plain === '' ? 'picture' : plain;
}
