// Models on the hub, or on a mirror of it: `<base>/<owner>/<name>/resolve/<revision>/<file>`. What a model is and how large, before anything large
// is downloaded; its files, kept in the browser's store; the list of what is stored there.

import type { WeightStorage } from '../program/backend';
import { type Program, parameterCount } from '../program/program';
import { throwIfAborted, UserError } from '../tensor/errors';
import { download, lengthOf, refuseHtml, unreachable } from './download';
import { describeBytes, type ModelFiles, parseJsonObject, type ReadOptions } from './files';
import { estimate, type Footprint, fitOf, footprintOf } from './footprint';
import { deleteFiles, keepAbsence, keepFile, storedFile, storedUrls } from './hubStore';
import { configLimit } from './load';
import { indexFile, indexLimit, readIndex, singleFile, weightFileLimit } from './weightFiles';

export const defaultHub = 'https://huggingface.co';
export const defaultRevision = 'main';

export interface HubPlace {
  /** Without a slash at the end. */
  readonly base: string;
  /** "owner/name". */
  readonly id: string;
  readonly revision: string;
}

/** What the hub has under an id, known before the download. */
export interface HubOffer extends HubPlace {
  /** "Llama"; null: this program cannot open it. */
  readonly family: string | null;
  /** Why it cannot be opened; null: it can. */
  readonly refusal: string | null;
  /** Estimated from config.json. */
  readonly parameters: number | null;
  /** Of all files that are needed; null: the server does not say. */
  readonly bytes: number | null;
  /** Everything that is needed is stored already. */
  readonly stored: boolean;
  /** How its weights can be stored on the device so that it fits, the most exact way; null: it cannot be opened. */
  readonly weights: WeightStorage | null;
  /** Bytes that it takes on the device and in this tab; null: not known. */
  readonly footprint: Footprint | null;
  /** Why float32 weights do not fit, with the numbers; null: they do. */
  readonly caution: string | null;
}

export interface StoredModel extends HubPlace {
  readonly bytes: number;
  /** Opens without a download. */
  readonly complete: boolean;
}

const pauses = [500, 2000, 5000];
const shardLimit = 256;
const part = '[A-Za-z0-9][\\w.-]{0,95}';
const idPattern = new RegExp(`^${part}/${part}$`);
const revisionPattern = /^[A-Za-z0-9][\w.-]{0,79}$/;

/** Checked and written in one way. UserError 'bad-request' that says what is wrong. */
export function hubPlace(id: string, revision: string = defaultRevision, base: string = defaultHub): HubPlace {
  if (!idPattern.test(id)) {
    throw new UserError('bad-request', `“${id.slice(0, 80)}” is no id of the hub: it must look like owner/name.`);
  }
  if (!revisionPattern.test(revision)) {
    throw new UserError('bad-request', `“${revision.slice(0, 80)}” is no revision: give a branch, a tag or a commit.`);
  }
  const url = URL.canParse(base) ? new URL(base) : null;
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new UserError('bad-request', `“${base.slice(0, 80)}” is no address of a hub: it must begin with https://.`);
  }
  return { id, revision, base: url.href.replace(/\/+$/, '') };
}

const urlOf = ({ base, id, revision }: HubPlace, file: string) => `${base}/${id}/resolve/${revision}/${file}`;

/** The model's files, from the store where they are there, else from the hub and then into the store. */
export function hubFiles(place: HubPlace, settings: { readonly pauses?: readonly number[] } = {}): ModelFiles {
  const tried = settings.pauses ?? pauses;
  return {
    id: place.id,
    revision: place.revision,
    async read(file, options) {
      const stored = await readStored(place, file, options);
      if (stored !== null) return stored;
      const url = urlOf(place, file);
      if (options.again) {
        const sentence = `${file} of ${place.id} is not stored here, and would have to be downloaded again.`;
        throw new UserError('network', sentence);
      }
      try {
        const bytes = await fetchFile(place, file, options, tried);
        await keepFile(url, bytes);
        return bytes;
      } catch (error) {
        const missing = error instanceof UserError && error.code === 'not-found';
        const known = missing && file !== config && (await storedFile(urlOf(place, config)))?.kind === 'file';
        if (known) await keepAbsence(url);
        throw error;
      }
    },
  };
}

const config = 'config.json';

async function readStored(place: HubPlace, file: string, options: ReadOptions): Promise<Uint8Array | null> {
  throwIfAborted(options.signal);
  const stored = await storedFile(urlOf(place, file));
  if (stored === null) return null;
  if (stored.kind === 'absent') throw missing(place, file);
  const bytes = await stored.read();
  if (bytes === null) return null;
  options.onProgress?.(bytes.byteLength, bytes.byteLength);
  return bytes;
}

/** From the hub, past the store. */
export function fetchFile(place: HubPlace, file: string, options: ReadOptions, pausing: readonly number[] = pauses) {
  const refused = (response: Response) => refusal(place, file, response);
  return download(urlOf(place, file), file, { ...options, refused, pauses: pausing });
}

function missing({ base, id, revision }: HubPlace, file: string): UserError {
  const { host } = new URL(base);
  const what =
    file === config ? `no model ${id} at revision ${revision}, or it has no ${config}` : `no file ${file} in ${id}`;
  return new UserError('not-found', `${host} has ${what}.`);
}

function refusal(place: HubPlace, file: string, { status, headers }: Response): UserError {
  const { host } = new URL(place.base);
  if (status === 404) return missing(place, file);
  if (status === 401 || status === 403) {
    const remedy =
      'This page cannot sign in: download its files with your account, and open the folder with the command line.';
    const gated = headers.get('x-error-code') === 'GatedRepo';
    const what = gated
      ? `${place.id} is gated: its owners ask readers to sign in and accept terms.`
      : `${host} does not show ${place.id} to everyone: it is gated or private, or the id is wrong.`;
    return new UserError('network', `${what} ${remedy}`);
  }
  if (status === 429)
    return new UserError('network', `${host} has had too many requests: wait a minute and try again.`);
  return new UserError('network', `${host} refused ${file} with status ${status}. Try again later.`);
}

// ---- what there is, before the download --------------------------------------------------------------------------------------

/** Reads config.json and asks for sizes; stores nothing. Throws when there is no such model or no connection. */
export async function lookUpHub(place: HubPlace, signal?: AbortSignal): Promise<HubOffer> {
  const read = async (file: string, maxBytes: number) => {
    const options = { signal, maxBytes };
    const bytes = (await readStored(place, file, options)) ?? (await fetchFile(place, file, options));
    return { bytes, json: parseJsonObject(bytes, file) };
  };
  const { bytes: configBytes, json } = await read(config, configLimit);
  const { refusal: unsupported, program, ...about } = describe(json);
  const none = { ...place, ...about, bytes: null, stored: false, weights: null, footprint: null, caution: null };
  if (unsupported !== null || program === null) return { ...none, refusal: unsupported };
  const atLeast = await footprintOf(program, 0);
  if (fitOf(atLeast).weights === null) return { ...none, footprint: atLeast, refusal: fitOf(atLeast).sentence };

  const single = await sizeOf(place, singleFile, signal);
  let weights = single === null ? null : [single];
  if (single === null && (await sizeOf(place, indexFile, signal)) !== null) {
    const shards = [...new Set(readIndex((await read(indexFile, indexLimit)).bytes).values())];
    if (shards.length > shardLimit) {
      return {
        ...none,
        refusal: `${place.id} has ${shards.length} weight files, more than the ${shardLimit} that are read.`,
      };
    }
    weights = (await Promise.all(shards.map((shard) => sizeOf(place, shard, signal)))).filter(
      (found) => found !== null,
    );
    if (weights.length < shards.length) return { ...none, refusal: `${place.id} lacks files that ${indexFile} names.` };
  }
  if (weights === null) {
    return { ...none, refusal: `${place.id} has no weights in safetensors files; other formats are not read.` };
  }
  const tokenizer = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map((file) => sizeOf(place, file, signal)),
  );
  const all = [...weights, ...tokenizer.filter((found) => found !== null)];
  // Of the small files a server may not say the size (it sends them compressed): they count as nothing then.
  const known = weights.every(({ bytes }) => bytes !== null);
  const bytes = known ? all.reduce((sum, { bytes }) => sum + (bytes ?? 0), configBytes.byteLength) : null;
  const stored = weights.every(({ stored }) => stored) && (await storedFile(urlOf(place, config)))?.kind === 'file';
  const large = weights.find(({ bytes }) => (bytes ?? 0) > weightFileLimit);
  const footprint = await footprintOf(program, Math.max(...weights.map(({ bytes }) => bytes ?? 0)));
  const fit = fitOf(footprint);
  const refusal =
    large === undefined
      ? fit.weights === null
        ? fit.sentence
        : null
      : `A weight file of ${describeBytes(large.bytes!)} is more than the ${describeBytes(weightFileLimit)} that are read: choose a smaller model.`;
  const storage = refusal === null ? fit.weights : null;
  return { ...place, ...about, refusal, bytes, stored, footprint, weights: storage, caution: fit.sentence };
}

const imageRefusal =
  'It is an image model, which the page cannot show yet: download it and use `npm run -s analyze` with --pixels.';

/** Family and size by the configuration alone. */
function describe(
  json: Record<string, unknown>,
): Pick<HubOffer, 'family' | 'parameters' | 'refusal'> & { program: Program | null } {
  try {
    const { spec, program } = estimate(json);
    const parameters = parameterCount(program);
    return { family: spec.family, parameters, program, refusal: spec.image ? imageRefusal : null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { family: null, parameters: null, program: null, refusal: error.message };
  }
}

interface Found {
  readonly bytes: number | null;
  readonly stored: boolean;
}

/** null: the hub has no such file. */
export async function sizeOf(place: HubPlace, file: string, signal: AbortSignal | undefined): Promise<Found | null> {
  const url = urlOf(place, file);
  const stored = await storedFile(url);
  if (stored?.kind === 'file') return { bytes: stored.bytes, stored: true };
  let response: Response;
  try {
    response = await fetch(url, { method: 'HEAD', signal: signal ?? null });
  } catch (error) {
    throwIfAborted(signal);
    if (stored?.kind === 'absent') return null; // offline
    throw unreachable(url, file, error);
  }
  if (response.status === 404) return null;
  if (response.status === 405) return { bytes: null, stored: false };
  if (!response.ok) throw refusal(place, file, response);
  refuseHtml(response, file);
  return { bytes: lengthOf(response), stored: false };
}

// ---- what is stored ----------------------------------------------------------------------------------------------------------

const storedPattern = /^(.+)\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/([^/]+)$/;

interface StoredFiles extends HubPlace {
  readonly files: Map<string, string>;
}

async function storedByModel(): Promise<readonly StoredFiles[]> {
  const models = new Map<string, StoredFiles>();
  for (const url of await storedUrls()) {
    const [, base, id, revision, file] = storedPattern.exec(url) ?? [];
    if (base === undefined || id === undefined || revision === undefined || file === undefined) continue;
    const key = `${base} ${id} ${revision}`;
    const model = models.get(key) ?? { base, id, revision, files: new Map() };
    model.files.set(file, url);
    models.set(key, model);
  }
  return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export async function storedHubModels(): Promise<readonly StoredModel[]> {
  return Promise.all(
    (await storedByModel()).map(async (model) => {
      const sizes = new Map<string, number>();
      for (const [file, url] of model.files) {
        const found = await storedFile(url);
        if (found?.kind === 'file') sizes.set(file, found.bytes);
      }
      const { base, id, revision } = model;
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      return { base, id, revision, bytes, complete: await isComplete(model, sizes) };
    }),
  );
}

async function isComplete({ files }: StoredFiles, sizes: ReadonlyMap<string, number>): Promise<boolean> {
  // The tokenizer's files are read last: once the hub's word on them is known, nothing is missing.
  if (!sizes.has(config) || !files.has('tokenizer.json') || !files.has('tokenizer_config.json')) return false;
  if (sizes.has(singleFile)) return true;
  const index = sizes.has(indexFile) ? await storedFile(files.get(indexFile)!) : null;
  if (index?.kind !== 'file') return false;
  try {
    const content = await index.read();
    return content !== null && [...readIndex(content).values()].every((shard) => sizes.has(shard));
  } catch {
    return false; // the hub's index is no index: opening told so, and the list still offers to delete it
  }
}

export async function deleteHubModel({ base, id, revision }: HubPlace): Promise<void> {
  const models = await storedByModel();
  const found = models.find((model) => model.base === base && model.id === id && model.revision === revision);
  await deleteFiles([...(found?.files.values() ?? [])]);
}
