// What the hub says of a file beside its bytes: length and SHA-256, by which the download is checked, and the commit it belongs to. In a page the
// headers of the hub's redirection are hidden; then its listing of the repository is asked. What nobody says is not checked.

import * as v from 'valibot';
import { UserError } from '../tensor/errors';
import { describeBytes } from './files';
import type { HubPlace } from './hubPlace';
import { hexOf } from './weightFiles';

export interface Announced {
  readonly bytes: number | null;
  /** 64 hexadecimal digits. */
  readonly sha256: string | null;
}

const digits = /^[0-9a-f]{64}$/;

/** From the answer that brought the file. A plain ETag may be anything, so only the hub's own header counts. */
export function announcedBy(headers: Headers): Announced {
  const linked = headers.get('x-linked-etag')?.replace(/^W\//, '').replaceAll('"', '') ?? '';
  const size = headers.get('x-linked-size') ?? '';
  return { bytes: /^\d{1,15}$/.test(size) ? Number(size) : null, sha256: digits.test(linked) ? linked : null };
}

/** Commit of the repository; null: not told. */
export function commitOf(headers: Headers): string | null {
  const commit = headers.get('x-repo-commit') ?? '';
  return /^[0-9a-f]{7,64}$/.test(commit) ? commit : null;
}

const listing = v.object({
  siblings: v.array(v.object({ rfilename: v.string(), lfs: v.nullish(v.object({ sha256: v.string() })) })),
});
/** Smaller files are not stored by their digest. */
const leastBytes = 1_000_000;

/** From the hub's listing; null where the file is small, or the server has no such listing. */
export async function listedDigest(
  { base, id, revision }: HubPlace,
  file: string,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (bytes < leastBytes || !file.endsWith('.safetensors')) return null;
  try {
    const url = `${base}/api/models/${id}/revision/${revision}?blobs=true`;
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) return null;
    const parsed = v.safeParse(listing, await response.json());
    if (!parsed.success) return null;
    const sha256 = parsed.output.siblings.find(({ rfilename }) => rfilename === file)?.lfs?.sha256 ?? '';
    return digits.test(sha256) ? sha256 : null;
  } catch {
    return null;
  }
}

/** UserError 'bad-model' when the content is not what was announced. */
export async function checkContent(place: HubPlace, file: string, bytes: Uint8Array, announced: Announced) {
  const wrong = (what: string) => {
    const { host } = new URL(place.base);
    const remedy = 'It was damaged on the way and has been thrown away: try again.';
    return new UserError('bad-model', `${file} is not what ${host} announces: ${what}. ${remedy}`);
  };
  if (announced.bytes !== null && announced.bytes !== bytes.byteLength) {
    throw wrong(`it has ${describeBytes(bytes.byteLength)} instead of ${describeBytes(announced.bytes)}`);
  }
  if (announced.sha256 === null || !globalThis.crypto?.subtle) return;
  const digest = hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
  if (digest === announced.sha256) return;
  throw wrong(`its SHA-256 begins with ${digest.slice(0, 8)} instead of ${announced.sha256.slice(0, 8)}`);
}
