// The page's side of the worker: EngineApi over messages. An aborted call rejects at once; what the worker still sends for it is dropped.

import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import { type FromWorker, revivedError, type ToWorker } from './messages';
import type { Answered, CallName, CallOptions, EngineApi, EngineCalls } from './protocol';

interface Waiting {
  resolve(reply: EngineCalls[CallName][1]): void;
  reject(error: Error): void;
  readonly options: CallOptions;
}

/** `onAnswered`: the engine tells what every answer took, which slows it down (`?debug=1`). */
export function createWorkerEngine(onAnswered?: (answered: Answered) => void): EngineApi {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'tensorscope engine' });
  const post = (message: ToWorker) => worker.postMessage(message);
  post({ type: 'start', base: new URL('./', document.baseURI).href, debug: onAnswered !== undefined });

  const waiting = new Map<number, Waiting>();
  const lostListeners: ((reason: string) => void)[] = [];
  let lastId = 0;

  worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
    if (message.type === 'lost') {
      for (const listener of lostListeners) listener(message.reason);
      return;
    }
    if (message.type === 'answered') {
      onAnswered?.(message.answered);
      return;
    }
    const call = waiting.get(message.id);
    if (!call) return;
    if (message.type === 'progress') {
      call.options.onProgress?.(message.progress);
      return;
    }
    waiting.delete(message.id);
    if (message.type === 'reply') call.resolve(message.reply);
    else call.reject(revivedError(message.error));
  };
  worker.onerror = (event) => {
    const error = new UserError(
      'device-lost',
      `The engine stopped: ${event.message || 'its script could not be loaded'}. Reload the page.`,
    );
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
    for (const listener of lostListeners) listener(error.message);
  };

  function ask<K extends CallName>(call: K): EngineApi[K] {
    const asked = (request: EngineCalls[K][0], options: CallOptions = {}): Promise<EngineCalls[K][1]> =>
      new Promise((resolve, reject) => {
        throwIfAborted(options.signal);
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, options });
        post({ type: 'call', id, call, request, run: options.run } as ToWorker);
        options.signal?.addEventListener('abort', () => {
          if (!waiting.delete(id)) return;
          post({ type: 'cancel', id });
          reject(cancelled());
        });
      });
    return asked as EngineApi[K];
  }

  return {
    open: ask('open'),
    run: ask('run'),
    runBeside: ask('runBeside'),
    map: ask('map'),
    plan: ask('plan'),
    row: ask('row'),
    slice: ask('slice'),
    pair: ask('pair'),
    layers: ask('layers'),
    lens: ask('lens'),
    relation: ask('relation'),
    nextToken: ask('nextToken'),
    masked: ask('masked'),
    planMasked: ask('planMasked'),
    wordMatch: ask('wordMatch'),
    flowGraph: ask('flowGraph'),
    component: ask('component'),
    besideJacobian: ask('besideJacobian'),
    remainder: ask('remainder'),
    attribute: ask('attribute'),
    planAttribute: ask('planAttribute'),
    checkLogits: ask('checkLogits'),
    lookUpOnnx: ask('lookUpOnnx'),
    checkOnnx: ask('checkOnnx'),
    lookUp: ask('lookUp'),
    lookUpHub: ask('lookUpHub'),
    storedModels: ask('storedModels'),
    deleteModel: ask('deleteModel'),
    onLost: (listener) => lostListeners.push(listener),
    dispose: () => worker.terminate(),
  };
}
