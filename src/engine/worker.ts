// The Web Worker: wires the engine to messages, nothing more. Tests drive the engine without it.

import type { CreateProfile, Profile } from '../gpu/profile';
import { embeddedFiles } from '../models/embedded';
import { hubFiles } from '../models/hub';
import { localFiles } from '../models/local';
import { UserError } from '../tensor/errors';
import { decodePicture } from './decodePicture';
import { openBackend } from './devices';
import { Engine } from './engine';
import { placeOf } from './hub';
import { browserStore, createKernelChoices } from './kernelChoices';
import { buffersOf, type FromWorker, plainError, type ToWorker } from './messages';
import type { CallOptions, EngineApi } from './protocol';
import { sparsely } from './sparsely';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const send = (message: FromWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);

/** Bytes that the browser would still store for this page. */
async function room(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate().catch(() => null)) ?? {};
  return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
}
const store = { room };
const choices = createKernelChoices(browserStore());

let base = '';
let setUp: Promise<void> | null = null;

/** `?debug=1`: profiles are made, and which one is the open device's. */
interface Profiling {
  readonly create: CreateProfile;
  profile: Profile | null;
}
let profiling: Profiling | null = null;
let engine: EngineApi = new Engine({
  files(address) {
    if (address.kind === 'embedded') return embeddedFiles(base, address.name);
    if (address.kind === 'hub') return hubFiles(placeOf(address), { store });
    if (address.kind === 'local') return localFiles(address.name, address.files);
    throw new UserError('not-found', `The folder ${address.path} can be read by the command line only.`);
  },
  store,
  async device(choice, weights) {
    const opened = await openBackend(choice, async () => navigator.gpu, weights, {
      choices,
      ...(profiling && { createProfile: profiling.create }),
    });
    if (profiling) profiling.profile = opened.profile ?? null;
    return opened;
  },
  measuresDevice: true,
  decodePicture,
});
engine.onLost((reason) => send({ type: 'lost', reason }));

const underWay = new Map<number, AbortController>();

scope.onmessage = ({ data: message }: MessageEvent<ToWorker>) => {
  switch (message.type) {
    case 'start':
      base = message.base;
      if (message.debug) setUp = debug();
      break;
    case 'cancel':
      underWay.get(message.id)?.abort();
      break;
    case 'call':
      void answer(message);
      break;
    default:
      message satisfies never;
  }
};

/** Wraps the engine for `?debug=1`; nothing of it is loaded otherwise. */
async function debug(): Promise<void> {
  const [{ createProfile }, { tracedEngine }] = await Promise.all([import('../gpu/profile'), import('./traced')]);
  const mine: Profiling = { create: createProfile, profile: null };
  profiling = mine;
  engine = tracedEngine(
    engine,
    () => mine.profile,
    (answered) => send({ type: 'answered', answered }),
  );
}

async function answer({ id, call, request, run }: Extract<ToWorker, { type: 'call' }>): Promise<void> {
  const abort = new AbortController();
  underWay.set(id, abort);
  const options: CallOptions = {
    signal: abort.signal,
    onProgress: sparsely((progress) => send({ type: 'progress', id, progress })),
    ...(run && { run }),
  };
  try {
    await setUp;
    // The message pairs call and request; TypeScript cannot follow the pair through the lookup.
    const ask = engine[call] as (request: unknown, options: CallOptions) => ReturnType<EngineApi[typeof call]>;
    const reply = await ask(request, options);
    send({ type: 'reply', id, reply }, buffersOf(reply));
  } catch (error) {
    send({ type: 'error', id, error: plainError(error) });
  } finally {
    underWay.delete(id);
  }
}
