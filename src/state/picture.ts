// Pictures as files that the reader chose: how a link names them. What they look like is the engine's business.

import type { ImageRef } from '../share/settings';
import type { Picture } from './store';

/** Longest file that is read at all; the engine's own limit (models/image/header.ts). */
export const maxPictureBytes = 64_000_000;

/** As many as a comparison shows, and the one before. */
const kept = 3;

/** A picture more, the newest first; one of the same name and bytes is there once. */
export function withPicture(pictures: readonly Picture[], picture: Picture): readonly Picture[] {
  const isOther = ({ name, digest }: Picture) => name !== picture.name || digest !== picture.digest;
  return [picture, ...pictures.filter(isOther)].slice(0, kept);
}

/** The picture that a link means, if it is at hand; one that names no bytes means any of its name. */
export function pictureAtHand(pictures: readonly Picture[], { name, digest }: ImageRef): Picture | undefined {
  return pictures.find((one) => one.name === name && (one.digest === digest || digest === null));
}

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
