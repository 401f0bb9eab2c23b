// A static file server for the built page, on this machine only. Not for the internet: no compression, no ranges, no listings.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.gguf': 'application/octet-stream',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.wgsl': 'text/wgsl; charset=utf-8',
  '.woff2': 'font/woff2',
};

// The page is isolated from other origins, which shared memory and precise timers need.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

const loopback = ['127.0.0.1', '::1'];

/** The file under `folder` that a URL names, or undefined when it names something else. */
async function findFile(folder, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  let file = resolve(join(folder, path));
  if (file !== folder && !file.startsWith(folder + sep)) return undefined;
  let info = await stat(file).catch(() => undefined);
  if (info?.isDirectory() && path.endsWith('/')) {
    file = join(file, 'index.html');
    info = await stat(file).catch(() => undefined);
  }
  return info?.isFile() ? { file, info } : undefined;
}

async function respond(folder, request, response) {
  const fail = (status, text) =>
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return fail(405, 'Only GET and HEAD.');
  }
  const found = await findFile(folder, request.url);
  if (!found) return fail(404, 'Not found.');
  const { file, info } = found;
  const tag = `"${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}"`;
  // Names under assets/ carry a hash of their content; everything else is asked for again each time.
  const lasting = file.startsWith(join(folder, 'assets') + sep);
  const answer = {
    ...headers,
    'Cache-Control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: tag,
  };
  if (request.headers['if-none-match'] === tag) return response.writeHead(304, answer).end();
  response.writeHead(200, {
    ...answer,
    'Content-Type': types[extname(file).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': info.size,
  });
  if (request.method === 'HEAD') return response.end();
  return pipeline(createReadStream(file), response, () => {});
}

async function listen(folder, host, port) {
  const server = createServer((request, response) => {
    respond(folder, request, response).catch(() => response.destroy());
  });
  await new Promise((done, failed) => {
    server.once('error', failed);
    server.listen({ host, port }, done);
  });
  return server;
}

/**
 * Serves a folder on localhost, on IPv4 and, where there is one, IPv6. Port 0 takes any free port. Rejects with code EADDRINUSE when the port is taken.
 * @param {{ folder: string, port?: number }} options
 * @returns {Promise<{ port: number, url: string, close: () => Promise<void> }>}
 */
export async function serve({ folder, port = 0 }) {
  const base = resolve(folder);
  const servers = [await listen(base, loopback[0], port)];
  const close = async () => {
    await Promise.all(
      servers.map((server) => {
        server.closeAllConnections();
        return new Promise((done) => server.close(done));
      }),
    );
  };
  const chosen = servers[0].address().port;
  try {
    servers.push(await listen(base, loopback[1], chosen));
  } catch (error) {
    // A machine without IPv6 is fine; a port that another program holds there is not, since "localhost" may lead to it.
    if (error.code === 'EADDRINUSE') {
      await close();
      throw error;
    }
  }
  return { port: chosen, url: `http://localhost:${chosen}/`, close };
}

/**
 * Serves on `port`, or on the next free one after it.
 * @param {{ folder: string, port: number }} options
 */
export async function serveFrom({ folder, port }) {
  for (let next = port; next < port + 100; next += 1) {
    try {
      return await serve({ folder, port: next });
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`No free port between ${port} and ${port + 99}; choose one with --port N.`);
}
