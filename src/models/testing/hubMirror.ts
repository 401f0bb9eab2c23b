// A mirror of the hub for tests: one folder served on localhost as one model, to pages of any origin, with byte ranges.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

export interface HubMirror {
  readonly base: string;
  /** What was asked for: "HEAD model.safetensors". */
  readonly log: string[];
  close(): Promise<void>;
}

/** The first answer with weights stops after so many bytes, and the connection breaks, or (`stalls`) stays as it is. */
export async function hubMirror(
  folder: string,
  {
    id,
    revision,
    breakAfter,
    stalls = false,
    damaged = false,
    commit,
  }: {
    readonly id: string;
    readonly revision: string;
    readonly breakAfter?: number;
    readonly stalls?: boolean;
    /** What it announces of the weights is not what it sends. */
    readonly damaged?: boolean;
    /** Asked at every request, since branches move. */
    readonly commit?: () => string;
  },
): Promise<HubMirror> {
  const log: string[] = [];
  let breaking = breakAfter ?? null;
  const server = createServer(async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', 'Content-Range, ETag, X-Linked-ETag, X-Repo-Commit');
    const url = request.url ?? '';
    const place = `/${id}/resolve/${revision}/`;
    const file = url.startsWith(place) ? url.slice(place.length) : basename(url);
    log.push([request.method, file, request.headers.range].filter(Boolean).join(' '));
    const bytes = url.startsWith(place) ? await readFile(join(folder, file)).catch(() => null) : null;
    if (bytes === null) return response.writeHead(404).end();
    const [range, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const [from, to] = [Number(first), last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1)];
    if (range) response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes.length}`);
    if (commit) response.setHeader('X-Repo-Commit', commit());
    if (file.endsWith('.safetensors')) {
      const digest = createHash('sha256')
        .update(bytes)
        .update(damaged ? 'more' : '');
      response.setHeader('X-Linked-ETag', `"${digest.digest('hex')}"`);
    }
    response.writeHead(range ? 206 : 200, { 'Content-Length': to - from, ETag: '"mirror"' });
    if (request.method === 'HEAD') return response.end();
    if (breaking === null || !file.endsWith('.safetensors') || last !== '')
      return response.end(bytes.subarray(from, to));
    const part = bytes.subarray(0, breaking);
    breaking = null;
    return response.write(part, () => stalls || setTimeout(() => response.destroy(), 100));
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://localhost:${port}`,
    log,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
