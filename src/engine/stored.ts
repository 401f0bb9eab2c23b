// Recorded results: a session is a model's description, one run, and the replies to some requests, as JSON. It serves the worked examples
// (first paint needs no model), JSON exports and their import. Not a cache: what was not recorded needs the live model, and says so.

import * as v from 'valibot';
import { cancelled, UserError } from '../tensor/errors';
import type { CallName, CallOptions, EngineApi, EngineCalls, ModelInfo, PictureFile, RunSummary } from './protocol';
import { modelInfo, replies as replySchemas, requests as requestSchemas, runSummary } from './storedSchema';

export const storedVersion = 1;
/** A file larger than this is not opened (characters of JSON). */
export const maxStoredSize = 64_000_000;

export type RecordedCall = {
  readonly [K in CallName]: {
    readonly call: K;
    readonly request: EngineCalls[K][0];
    readonly reply: EngineCalls[K][1];
  };
}[CallName];

export type WantedCall = {
  readonly [K in CallName]: { readonly call: K; readonly request: EngineCalls[K][0] };
}[CallName];

export interface StoredSession {
  readonly format: 'tensorscope-session';
  readonly version: number;
  /** What was on the screen, as a link fragment; empty: the defaults. */
  readonly link: string;
  readonly model: ModelInfo;
  readonly prompt: string;
  readonly run: RunSummary;
  readonly calls: readonly RecordedCall[];
}

/** The same text for the same request, whatever the order of its keys. */
export function requestKey(call: CallName, request: unknown): string {
  return `${call} ${JSON.stringify(request, sortKeys)}`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// ---- file ⇄ session ----------------------------------------------------------------------------------------------------------

export function writeSession(session: StoredSession): string {
  return JSON.stringify(session, (_key, value: unknown) =>
    value instanceof Float32Array
      ? { f32: toBase64(value) }
      : value instanceof Uint8Array
        ? { u8: base64Of(value) }
        : value,
  );
}

const envelope = v.object({
  format: v.literal('tensorscope-session'),
  version: v.literal(storedVersion),
  link: v.pipe(v.string(), v.maxLength(16_384)),
  model: modelInfo,
  prompt: v.pipe(v.string(), v.maxLength(100_000)),
  run: v.pipe(
    v.unknown(),
    v.transform((run) => unpacked(run)),
    runSummary,
  ), // it may hold a picture
  calls: v.pipe(
    v.array(
      v.object({ call: v.picklist(Object.keys(replySchemas) as CallName[]), request: v.unknown(), reply: v.unknown() }),
    ),
    v.maxLength(2000),
  ),
});

/**
 * Throws a UserError that says what is wrong with the file. Replies are checked with it, or, `'when used'`, each one when it is first read, which then
 * throws: a stored example holds many that the first picture does not need.
 */
export function readSession(json: string, replies: 'checked' | 'when used' = 'checked'): StoredSession {
  if (json.length > maxStoredSize) {
    throw new UserError('bad-request', `This file is larger than ${maxStoredSize / 1e6} MB, the limit for an export.`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch (error) {
    throw new UserError('bad-request', 'This file is not a Tensorscope export: it is not readable JSON.', {
      cause: error,
    });
  }
  const parsed = v.safeParse(envelope, raw);
  if (!parsed.success) throw badSession(parsed.issues[0]);
  const { output } = parsed;
  for (const { call, request } of output.calls) checkRequest(call, request);
  const calls = output.calls.map(({ call, request, reply }) =>
    replies === 'checked'
      ? ({ call, request, reply: checkedReply(call, reply) } as RecordedCall)
      : recordedLater(call, request, reply),
  );
  return { ...output, calls };
}

function checkRequest(call: CallName, request: unknown): void {
  const schema = requestSchemas[call];
  const checked = schema === undefined ? null : v.safeParse(schema, request);
  if (checked?.success === false) throw badSession(checked.issues[0], call);
}

function checkedReply(call: CallName, raw: unknown): unknown {
  const checked = v.safeParse(replySchemas[call], unpacked(raw));
  if (!checked.success) throw badSession(checked.issues[0], call);
  return checked.output;
}

function recordedLater(call: CallName, request: unknown, raw: unknown): RecordedCall {
  let reply: unknown;
  return {
    call,
    request,
    get reply() {
      reply ??= checkedReply(call, raw);
      return reply;
    },
  } as RecordedCall;
}

function badSession(issue: v.BaseIssue<unknown>, call?: CallName): UserError {
  const where = [call, v.getDotPath(issue)].filter(Boolean).join(' ');
  return new UserError(
    'bad-request',
    `This file is not a Tensorscope export of version ${storedVersion}${where ? ` (${where}: ${issue.message})` : ''}.`,
  );
}

/** Deeper than any reply: what lies below is refused by the schemas anyway. */
const deepest = 32;

/** The same value with its arrays of numbers, which are written as objects of one entry, `f32` or `u8`. */
function unpacked(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map((each) => unpacked(each, depth + 1));
  const entries = Object.entries(value);
  const [name, data] = entries[0] ?? [];
  if (entries.length === 1 && typeof data === 'string') {
    // What is no base64 stays a text, which no schema takes.
    if (name === 'f32') return floatsOf(data) ?? value;
    if (name === 'u8') return bytesOf(data) ?? value;
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, unpacked(inner, depth + 1)]));
}

/** Little-endian IEEE floats. */
function toBase64(values: Float32Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return base64Of(new Uint8Array(view.buffer));
}

function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

function floatsOf(base64: string): Float32Array | null {
  const bytes = bytesOf(base64);
  if (bytes === null) return null;
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(bytes.length >> 2);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  return values;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | null {
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    return null;
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// ---- session ⇄ engine --------------------------------------------------------------------------------------------------------

/**
 * Asks a live engine and keeps what it answers. Later requests may depend on the run (`requests` is called with it). A picture is kept as the model
 * sees it; `prompt` is then its name.
 */
export async function recordSession(
  engine: EngineApi,
  model: ModelInfo,
  prompt: string,
  requests: (run: RunSummary) => readonly WantedCall[],
  link = '',
  picture: PictureFile | null = null,
): Promise<StoredSession> {
  const run = await engine.run(picture === null ? { text: prompt } : { picture });
  const calls: RecordedCall[] = [];
  for (const { call, request } of requests(run)) {
    const ask = engine[call] as (request: unknown) => Promise<unknown>;
    calls.push({ call, request, reply: await ask(request) } as RecordedCall);
  }
  return { format: 'tensorscope-session', version: storedVersion, link, model, prompt, run, calls };
}

export interface StoredEngine extends EngineApi {
  /** What was recorded for a request, at once; undefined: nothing, or nothing that makes sense. */
  recorded(key: string): unknown;
}

/** Serves the recorded replies. Replies are shared: treat them as read-only, as everywhere. */
export function createStoredEngine(session: StoredSession): StoredEngine {
  const recorded = new Map(session.calls.map((each) => [requestKey(each.call, each.request), each]));

  function serve<K extends CallName>(call: K) {
    return async (request: EngineCalls[K][0], options?: CallOptions): Promise<EngineCalls[K][1]> => {
      await Promise.resolve();
      if (options?.signal?.aborted) throw cancelled();
      const found = options?.run === 'beside' ? undefined : recorded.get(requestKey(call, request));
      if (found === undefined) {
        throw new UserError('not-found', 'This was not stored with the example: it needs the live model.');
      }
      return found.reply as EngineCalls[K][1];
    };
  }

  return {
    open: async () => session.model,
    run: async (request) => {
      const same =
        'text' in request ? request.text === session.prompt : 'ids' in request && sameIds(request.ids, session.run);
      if (!same)
        throw new UserError('not-found', `Only “${session.prompt}” is stored here: other prompts need the live model.`);
      return session.run;
    },
    runBeside: serve('runBeside'),
    map: serve('map'),
    plan: serve('plan'),
    row: serve('row'),
    slice: serve('slice'),
    pair: serve('pair'),
    layers: serve('layers'),
    lens: serve('lens'),
    relation: serve('relation'),
    nextToken: serve('nextToken'),
    masked: serve('masked'),
    planMasked: serve('planMasked'),
    wordMatch: serve('wordMatch'),
    flowGraph: serve('flowGraph'),
    component: serve('component'),
    besideJacobian: serve('besideJacobian'),
    remainder: serve('remainder'),
    attribute: serve('attribute'),
    planAttribute: serve('planAttribute'),
    checkLogits: serve('checkLogits'),
    lookUpOnnx: serve('lookUpOnnx'),
    checkOnnx: serve('checkOnnx'),
    lookUp: serve('lookUp'),
    lookUpHub: serve('lookUpHub'),
    storedModels: serve('storedModels'),
    deleteModel: serve('deleteModel'),
    onLost: () => {},
    dispose: () => {},
    recorded(key) {
      try {
        return recorded.get(key)?.reply;
      } catch {
        return undefined; // who asks for it gets the sentence
      }
    },
  };
}

function sameIds(ids: readonly number[], run: RunSummary): boolean {
  return ids.length === run.tokens.length && ids.every((id, at) => id === run.tokens[at]!.id);
}
