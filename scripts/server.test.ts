// The static server: what it serves, what it refuses, and with which headers.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, serveFrom } from './lib/server.mjs';

const outside = mkdtempSync(join(tmpdir(), 'tensorscope-server-'));
const folder = join(outside, 'dist');
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'index.html'), '<p>page');
  writeFileSync(join(folder, 'assets', 'a b.wgsl'), '@compute');
  writeFileSync(join(folder, 'model.safetensors'), new Uint8Array(8));
  server = await serve({ folder });
});

afterAll(async () => {
  await server.close();
  rmSync(outside, { recursive: true });
});

// Unlike fetch, this sends a path as it is, with its dots.
function get(path: string, { method = 'GET', headers = {} } = {}) {
  type Answer = { status: number | undefined; headers: Record<string, unknown>; text: string };
  return new Promise<Answer>((done, failed) => {
    request({ host: '127.0.0.1', port: server.port, path, method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      done({ status: response.statusCode, headers: response.headers, text });
    })
      .on('error', failed)
      .end();
  });
}

test('/ is index.html, isolated from other origins and never kept without asking', async () => {
  const answer = await get('/?a=1');
  expect(answer).toMatchObject({ status: 200, text: '<p>page' });
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  expect((await get('/', { headers: { 'if-none-match': answer.headers.etag } })).status).toBe(304);
});

test('files have the type of their ending, and hashed assets are kept', async () => {
  const shader = await get('/assets/a%20b.wgsl');
  expect(shader).toMatchObject({ status: 200, text: '@compute' });
  expect(shader.headers['content-type']).toContain('text/wgsl');
  expect(shader.headers['cache-control']).toContain('immutable');
  expect((await get('/model.safetensors')).headers['content-type']).toBe('application/octet-stream');
});

test('HEAD has no body, other methods are refused', async () => {
  expect(await get('/', { method: 'HEAD' })).toMatchObject({
    status: 200,
    text: '',
    headers: { 'content-length': '7' },
  });
  expect((await get('/', { method: 'POST' })).status).toBe(405);
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/../../secret.txt',
  '/%00',
  '/%',
  '/assets',
  '/none',
])('%s is not found', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test('a taken port is an error, and the next free one is found on request', async () => {
  await expect(serve({ folder, port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const next = await serveFrom({ folder, port: server.port });
  expect(next.port).toBeGreaterThan(server.port);
  await next.close();
});
