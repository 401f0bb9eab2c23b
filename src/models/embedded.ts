// Files of a model that is served beside the page: `<base>models/<name>/<file>`, read by fetch. A development server answers a missing file with
// its own page and status 200, so HTML counts as "not found".

import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import { lengthOf } from './download';
import { joinChunks, type ModelFiles, type ReadOptions, tooLong } from './files';

const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** `baseUrl`: address of the page's folder, ending in a slash. UserError 'not-found' for a name that cannot be one. */
export function embeddedFiles(baseUrl: string, name: string): ModelFiles {
  if (!plainName.test(name)) throw new UserError('not-found', `There is no embedded model "${name}".`);
  const folder = new URL(`models/${name}/`, baseUrl);
  return {
    id: name,
    revision: null,
    remote: true,
    read: (file, options) => fetchFile(new URL(file, folder), `${name}/${file}`, options),
  };
}

async function fetchFile(url: URL, file: string, options: ReadOptions): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  try {
    const response = await fetch(url, { signal: options.signal ?? null });
    if (!response.ok) throw refused(response.status, file);
    if (response.headers.get('content-type')?.includes('text/html')) {
      throw new UserError(
        'not-found',
        `The server answered with a web page (HTML) instead of ${file}: it has no such file.`,
      );
    }
    return await readBody(response, file, options);
  } catch (error) {
    if (options.signal?.aborted) throw cancelled();
    if (error instanceof UserError) throw error;
    throw new UserError('network', `${file} could not be loaded: the connection failed. Check it and try again.`, {
      cause: error,
    });
  }
}

function refused(status: number, file: string): UserError {
  if (status === 404) return new UserError('not-found', `The server has no file ${file} (404).`);
  return new UserError('network', `The server refused ${file} with status ${status}. Try again later.`);
}

async function readBody(response: Response, file: string, { onProgress, maxBytes }: ReadOptions): Promise<Uint8Array> {
  const total = lengthOf(response);
  if (total !== null && total > maxBytes) throw tooLong(file, total, maxBytes);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    chunks.push(part.value);
    loaded += part.value.byteLength;
    if (loaded > maxBytes) {
      await reader?.cancel();
      throw tooLong(file, loaded, maxBytes);
    }
    onProgress?.(loaded, total);
  }
  if (total !== null && loaded !== total) {
    throw new UserError('network', `${file} broke off after ${loaded} of ${total} bytes. Try again.`);
  }
  return joinChunks(chunks, loaded);
}
