// Models on the hub, or on a mirror of it. What a model is and how large, before anything large is downloaded; its files, checked, and kept in the
// browser's store. What is stored there is listed by hubList.ts.

import type { WeightStorage } from '../program/backend';
import { type Program, parameterCount } from '../program/program';
import { throwIfAborted, UserError } from '../tensor/errors';
import { blobFile } from './blobFile';
import { download, lengthOf, refuseHtml, unreachable } from './download';
import { describeBytes, keptBytes, type ModelFiles, parseJsonObject, type ReadOptions } from './files';
import { estimate, type Footprint, fitOf, footprintOf } from './footprint';
import { announcedBy, checkContent, commitOf, listedDigest } from './hubFacts';
import { createKeeper } from './hubKeeper';
import { config, type HubPlace, urlOf } from './hubPlace';
import { keepAbsence, keepFile, type NotKept, storedFile } from './hubStore';
import { processorFile } from './image/processor';
import { configLimit } from './load';
import { headerLength, parseHeader } from './safetensors';
import { specOf } from './specs';
import { inTurn } from './webLock';
import { indexFile, indexLimit, readIndex, singleFile, weightFileLimit } from './weightFiles';
import { checkShape, planWeights } from './weights';

/** What the hub has under an id, known before the download. */
export interface HubOffer extends HubPlace {
  /** "Llama"; null: this program cannot open it. */
  readonly family: string | null;
  /** Why it cannot be opened; null: it can. */
  readonly refusal: string | null;
  /** Counted from config.json, and where the server sends parts of files from the weights' own list. */
  readonly parameters: number | null;
  /** Of all files that are needed; null: the server does not say. */
  readonly bytes: number | null;
  /** Of these, bytes that a broken download has left in the store. */
  readonly begun: number;
  /** Everything that is needed is stored already. */
  readonly stored: boolean;
  /** How its weights can be stored on the device so that it fits, the most exact way; null: it cannot be opened. */
  readonly weights: WeightStorage | null;
  /** Bytes that it takes on the device and in this tab; null: not known. */
  readonly footprint: Footprint | null;
  /** Why float32 weights do not fit, with the numbers; null: they do. */
  readonly caution: string | null;
  /** The hub has another commit under this revision than what is stored; null: it has not, or that is not known. */
  readonly newer: string | null;
  /** Bytes that the browser would still store; null: not known. */
  readonly room: number | null;
  /** False: a model of text without a tokenizer.json, for which only token ids can be given. */
  readonly readsText: boolean;
}

/** What the surroundings know of the browser's store; left out where there is none. */
export interface StoreSettings {
  /** Bytes that may still be stored; null: not known. */
  readonly room: () => Promise<number | null>;
}

export interface HubSettings {
  /** Milliseconds before each new try. */
  readonly pauses?: readonly number[];
  readonly partBytes?: number;
  /** Stored files above this size are read in parts. */
  readonly wholeBytes?: number;
  readonly store?: StoreSettings | undefined;
}

const defaultPauses = [500, 2000, 5000];
/** Browsers refuse very large entries (measured: Chromium in private windows, between 200 and 270 MB), and a reload loses at most one part. */
const defaultPartBytes = 16_000_000;
const shardLimit = 256;
const evicted = 'this browser may have thrown it away. Open the model again.';

/** The model's files, from the store where they are there, else from the hub and then into the store. */
export function hubFiles(place: HubPlace, settings: HubSettings = {}): ModelFiles {
  const { pauses = defaultPauses, partBytes = defaultPartBytes, wholeBytes = keptBytes, store } = settings;
  let notKept: NotKept | null = null;
  let missed = 0;
  let room: number | null = null;
  const note = async (problem: NotKept | null, bytes: number) => {
    if (problem === null) return;
    notKept ??= problem;
    missed += bytes;
    room ??= (await store?.room()) ?? null;
  };
  return {
    remote: true,
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
      return inTurn(`download ${url}`, options, () => downloaded(url, file, options));
    },
    async open(file, options) {
      throwIfAborted(options.signal);
      const stored = await storedFile(urlOf(place, file));
      const blob = stored?.kind === 'file' && stored.bytes > wholeBytes ? await stored.blob() : null;
      return blob && blobFile(file, blob, evicted);
    },
    remarks: () => (store === undefined || notKept === null ? [] : [notKeptRemark(place.id, notKept, missed, room)]),
  };

  /** From the store, when another tab has brought it there meanwhile; else from the hub, and then into the store. */
  async function downloaded(url: string, file: string, options: ReadOptions): Promise<Uint8Array> {
    const stored = await readStored(place, file, options);
    if (stored !== null) return stored;
    const keeper = createKeeper(url, partBytes);
    try {
      const { bytes, headers } = await fetchChecked(place, file, { ...options, pauses, keeper });
      const parts = keeper.finish();
      const problem = keeper.problem ?? (await keepFile(url, bytes, { parts, commit: commitOf(headers) }));
      await note(problem, bytes.byteLength);
      return bytes;
    } catch (error) {
      const missing = error instanceof UserError && error.code === 'not-found';
      const known = missing && file !== config && (await storedFile(urlOf(place, config)))?.kind === 'file';
      if (known) await keepAbsence(url);
      throw error;
    }
  }
}

function notKeptRemark(id: string, problem: NotKept, bytes: number, room: number | null): string {
  const next = 'It works now; the next time it is downloaded again.';
  if (problem === 'refused') return `${id} could not be stored: this browser lets this page store nothing. ${next}`;
  const left = room === null ? '' : `, with room for ${describeBytes(room)} where ${describeBytes(bytes)} are needed`;
  return `${id} could not be stored: the browser’s storage for this page is full${left}. ${next} Deleting stored models makes room.`;
}

async function readStored(place: HubPlace, file: string, options: ReadOptions): Promise<Uint8Array | null> {
  throwIfAborted(options.signal);
  const stored = await storedFile(urlOf(place, file));
  if (stored === null || stored.kind === 'begun') return null;
  if (stored.kind === 'absent') throw missing(place, file);
  const bytes = await stored.read();
  if (bytes === null) return null;
  options.onProgress?.(bytes.byteLength, bytes.byteLength);
  return bytes;
}

type FetchOptions = ReadOptions & Partial<Pick<Parameters<typeof download>[2], 'keeper' | 'pauses'>>;

/** From the hub, past the store. */
function fetchFile(place: HubPlace, file: string, options: FetchOptions) {
  const refused = (response: Response) => refusal(place, file, response);
  return download(urlOf(place, file), file, { pauses: defaultPauses, ...options, refused });
}

/** The same, and held against what the hub says of the file; parts of a wrong one are thrown away. */
export async function fetchChecked(place: HubPlace, file: string, options: FetchOptions) {
  const { bytes, headers } = await fetchFile(place, file, options);
  const announced = announcedBy(headers);
  const sha256 = announced.sha256 ?? (await listedDigest(place, file, bytes.byteLength, options.signal));
  try {
    await checkContent(place, file, bytes, { ...announced, sha256 });
  } catch (error) {
    await options.keeper?.drop();
    throw error;
  }
  return { bytes, headers };
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
      'This page cannot sign in: download its files with your account, and open their folder here, from this machine.';
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

/** Tensor name → shape. */
type TensorShapes = ReadonlyMap<string, readonly number[]>;

/** Reads config.json and the weights' headers and asks for sizes; stores nothing. Throws when there is no such model or no connection. */
export async function lookUpHub(
  place: HubPlace,
  signal?: AbortSignal,
  store?: StoreSettings | undefined,
): Promise<HubOffer> {
  const read = async (file: string, maxBytes: number) => {
    const options = { signal, maxBytes };
    const stored = await readStored(place, file, options);
    const { bytes, headers } = stored ? { bytes: stored, headers: null } : await fetchFile(place, file, options);
    return { bytes, headers, json: parseJsonObject(bytes, file) };
  };
  const { bytes: configBytes, json } = await read(config, configLimit);
  const unknown = { bytes: null, begun: 0, stored: false, newer: null, room: null, readsText: true };
  const none = { ...place, ...unknown, weights: null, footprint: null, caution: null };
  const byConfig = describe(json, null);
  const { program: likely, ...about } = byConfig;
  if (likely === null) return { ...none, ...about };
  const refused = (refusal: string): HubOffer => ({ ...none, ...about, refusal });
  const atLeast = await footprintOf(likely, 0);
  const least = fitOf(atLeast);
  if (least.weights === null) return { ...none, ...about, footprint: atLeast, refusal: least.sentence };

  const single = await sizeOf(place, singleFile, signal);
  let weights = single === null ? null : [single];
  if (single === null && (await sizeOf(place, indexFile, signal)) !== null) {
    const shards = [...new Set(readIndex((await read(indexFile, indexLimit)).bytes).values())];
    if (shards.length > shardLimit) {
      return refused(`${place.id} has ${shards.length} weight files, more than the ${shardLimit} that are read.`);
    }
    weights = (await Promise.all(shards.map((shard) => sizeOf(place, shard, signal)))).filter(
      (found) => found !== null,
    );
    if (weights.length < shards.length) return refused(`${place.id} lacks files that ${indexFile} names.`);
  }
  if (weights === null) {
    return refused(`${place.id} has no weights in safetensors files; other formats are not read.`);
  }
  const large = weights.find(({ bytes }) => (bytes ?? 0) > weightFileLimit);
  if (large) {
    const limit = describeBytes(weightFileLimit);
    return refused(
      `A weight file of ${describeBytes(large.bytes!)} is more than the ${limit} that are read: choose a smaller model.`,
    );
  }
  const tensors = single === null ? null : await remoteShapes(place, single, signal);
  const beside = await Promise.all(inputFiles(json).map((file) => sizeOf(place, file, signal)));
  const all = [...weights, ...beside.filter((found) => found !== null)];
  // Of the small files a server may not say the size (it sends them compressed): they count as nothing then.
  const known = weights.every(({ bytes }) => bytes !== null);
  const bytes = known ? all.reduce((sum, { bytes }) => sum + (bytes ?? 0), configBytes.byteLength) : null;
  const begun = weights.reduce((sum, { begun }) => sum + begun, 0);
  const stored = weights.every(({ stored }) => stored) && (await storedFile(urlOf(place, config)))?.kind === 'file';
  const room = (await store?.room()) ?? null;
  const newer = stored ? await newerCommit(place, signal) : null;
  const { program, ...told } = tensors === null ? byConfig : describe(json, tensors);
  const readsText = program?.image !== null || beside[0] !== null;
  const here = { bytes, begun, stored, newer, room, readsText };
  if (program === null) return { ...none, ...told, ...here };
  const footprint = await footprintOf(program, Math.max(...weights.map(({ bytes }) => bytes ?? 0)));
  const fit = fitOf(footprint);
  const refusal = fit.weights === null ? fit.sentence : null;
  return { ...place, ...told, ...here, refusal, footprint, weights: fit.weights, caution: fit.sentence };
}

/** Files that say how a prompt or a picture is made ready; a model may lack them. They are read last. */
function inputFiles(json: Record<string, unknown>): readonly string[] {
  return readsImages(json) ? [processorFile] : ['tokenizer.json', 'tokenizer_config.json'];
}

function readsImages(json: Record<string, unknown>): boolean {
  try {
    return specOf(json, new Set()).image !== undefined;
  } catch {
    return false; // not supported at all, and refused elsewhere
  }
}

export function inputFilesOf(configBytes: Uint8Array): readonly string[] {
  try {
    return inputFiles(parseJsonObject(configBytes, config));
  } catch {
    return inputFiles({});
  }
}

/** Family and size by the configuration, and by the tensors where they are known. Without a program it cannot be opened. */
function describe(
  json: Record<string, unknown>,
  tensors: TensorShapes | null,
): Pick<HubOffer, 'family' | 'parameters' | 'refusal'> & { readonly program: Program | null } {
  try {
    const names = tensors === null ? null : new Set(tensors.keys());
    const { spec, program } = estimate(json, names);
    const parameters = parameterCount(program);
    for (const weight of names === null ? [] : planWeights(program, spec.weights, names)) {
      const shape = tensors!.get(weight.tensor);
      if (shape) checkShape(weight, shape);
    }
    return { family: spec.family, parameters, program, refusal: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { family: null, parameters: null, program: null, refusal: error.message };
  }
}

const firstBytes = 65_536;

/** Names and shapes from the file's header, when the server sends parts of files. UserError 'bad-model' for a header that is none. */
async function remoteShapes(place: HubPlace, found: Found, signal: AbortSignal | undefined) {
  const total = found.bytes;
  if (found.stored || total === null) return null;
  const start = await range(place, singleFile, 0, Math.min(total, firstBytes), signal);
  if (start === null) return null;
  const end = 8 + headerLength(start, total, singleFile);
  const whole = end <= start.byteLength ? start : await range(place, singleFile, 0, end, signal);
  if (whole === null) return null;
  const { entries } = parseHeader(whole.subarray(8, end), total, singleFile);
  return new Map([...entries].map(([name, { shape }]) => [name, shape]));
}

/** Bytes [from, to) of a file; null where the server does not send just these. */
async function range(place: HubPlace, file: string, from: number, to: number, signal: AbortSignal | undefined) {
  const headers = { Range: `bytes=${from}-${to - 1}` };
  try {
    const response = await fetch(urlOf(place, file), { headers, signal: signal ?? null });
    if (response.status !== 206) {
      await response.body?.cancel();
      return null;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.byteLength === to - from ? bytes : null;
  } catch {
    throwIfAborted(signal);
    return null; // the download itself will say what is wrong
  }
}

/** The commit that the hub has now, when it is not the stored one; null: the same, or not known (offline). */
async function newerCommit(place: HubPlace, signal: AbortSignal | undefined): Promise<string | null> {
  const stored = await storedFile(urlOf(place, config));
  if (stored?.kind !== 'file' || stored.commit === null) return null;
  try {
    const response = await fetch(urlOf(place, config), { method: 'HEAD', signal: signal ?? null });
    const commit = response.ok ? commitOf(response.headers) : null;
    return commit === stored.commit ? null : commit;
  } catch {
    throwIfAborted(signal);
    return null;
  }
}

interface Found {
  readonly bytes: number | null;
  readonly stored: boolean;
  /** Bytes of it that a broken download has left. */
  readonly begun: number;
}

/** null: the hub has no such file. */
export async function sizeOf(place: HubPlace, file: string, signal: AbortSignal | undefined): Promise<Found | null> {
  const url = urlOf(place, file);
  const stored = await storedFile(url);
  if (stored?.kind === 'file') return { bytes: stored.bytes, stored: true, begun: 0 };
  const begun = stored?.kind === 'begun' ? stored.loaded : 0;
  let response: Response;
  try {
    response = await fetch(url, { method: 'HEAD', signal: signal ?? null });
  } catch (error) {
    throwIfAborted(signal);
    if (stored?.kind === 'absent') return null; // offline
    throw unreachable(url, file, error);
  }
  if (response.status === 404) return null;
  if (response.status === 405) return { bytes: null, stored: false, begun };
  if (!response.ok) throw refusal(place, file, response);
  refuseHtml(response, file);
  return { bytes: lengthOf(response), stored: false, begun };
}
