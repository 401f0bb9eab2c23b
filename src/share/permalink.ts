// A link and what it says: `#v=1&prompt=…&pin=5`. Defaults are left out, unknown keys ignored, nonsense replaced by the default and listed.
// Everything lies in the fragment, which browsers do not send to any server. Long links are deflated: `#v=1&z=…`.

import { deflateSync, inflateSync } from 'fflate';
import * as v from 'valibot';
import { fields } from './fields';
import { encodePart, splitParts } from './parts';
import { defaultSettings, type Settings } from './settings';

const version = '1';
const longFragment = 1500;
/** Checked before anything is parsed. */
export const maxFragment = 16_384;
const maxInflated = 65_536;

export interface Opened {
  readonly settings: Settings;
  /** Keys whose value made no sense, in plain words, for one sentence on the page. */
  readonly ignored: readonly string[];
}

export function encodeLink(settings: Settings): string {
  const parts: string[] = [];
  for (const [key, { setting, write }] of Object.entries(fields)) {
    const value = settings[setting];
    if (value === null || sameValue(value, defaultSettings[setting])) continue;
    parts.push(`${key}=${encodePart(write(value))}`);
  }
  if (parts.length === 0) return '';
  const plain = parts.join('&');
  if (plain.length <= longFragment) return `#v=${version}&${plain}`;
  return `#v=${version}&z=${toBase64Url(deflateSync(new TextEncoder().encode(plain), { level: 9 }))}`;
}

export function decodeLink(fragment: string): Opened {
  if (fragment.length > maxFragment) {
    return { settings: defaultSettings, ignored: [`all of it (longer than ${maxFragment} characters)`] };
  }
  const ignored: string[] = [];
  const onDamaged = (key: string) =>
    ignored.push(Object.hasOwn(fields, key) ? key : 'a part that is not percent-encoded');
  let pairs = splitParts(fragment.replace(/^#/, ''), onDamaged);
  const packed = pairs.get('z');
  if (packed !== undefined) {
    const inflated = inflate(packed);
    if (inflated === null) ignored.push('z (damaged)');
    pairs = new Map([...splitParts(inflated ?? '', onDamaged), ...[...pairs].filter(([key]) => key !== 'z')]);
  }
  // Newer links may use keys with a meaning of their own: what is understood is opened, and the page says so.
  const linkVersion = pairs.get('v');
  if (linkVersion !== undefined && linkVersion !== version) ignored.push(`v (this page reads version ${version})`);
  const settings: Partial<Record<keyof Settings, unknown>> = {};
  for (const [key, value] of pairs) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) continue;
    const parsed = v.safeParse(field.schema, value);
    if (parsed.success) settings[field.setting] = parsed.output;
    else ignored.push(key);
  }
  return { settings: { ...defaultSettings, ...(settings as Partial<Settings>) }, ignored };
}

export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function inflate(text: string): string | null {
  if (!/^[\w-]*$/.test(text)) return null;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    // A fixed output buffer: a small link cannot unfold into gigabytes.
    const out = inflateSync(bytes, { out: new Uint8Array(maxInflated) });
    if (out.length >= maxInflated) return null;
    return new TextDecoder('utf-8', { fatal: true }).decode(out);
  } catch {
    return null;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
