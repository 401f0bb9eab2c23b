// What travels between the page and the worker, mapped from the protocol: a kind of call cannot carry the wrong payload. Replies are transferred,
// not copied.

import { UserError, type UserErrorCode } from '../tensor/errors';
import type { Answered, CallName, EngineCalls, Progress } from './protocol';

export type ToWorker =
  /** First message. `base`: address of the page's folder, where models lie. `debug`: tell what every answer took. */
  | { readonly type: 'start'; readonly base: string; readonly debug: boolean }
  | {
      readonly [K in CallName]: {
        readonly type: 'call';
        readonly id: number;
        readonly call: K;
        readonly request: EngineCalls[K][0];
        readonly run?: 'beside' | undefined;
      };
    }[CallName]
  | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'reply'; readonly id: number; readonly reply: EngineCalls[CallName][1] }
  | { readonly type: 'error'; readonly id: number; readonly error: PlainError }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'answered'; readonly answered: Answered }
  | { readonly type: 'lost'; readonly reason: string };

/** An error that survives structured cloning with its name and code. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code: UserErrorCode | null;
  readonly stack: string;
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: null, stack: '' };
  return {
    name: error.name,
    message: error.message,
    code: error instanceof UserError ? error.code : null,
    stack: error.stack ?? '',
  };
}

export function revivedError({ name, message, code, stack }: PlainError): Error {
  if (code) return new UserError(code, message);
  return Object.assign(new Error(message), { name, stack });
}

/** The buffers of all typed arrays in a reply, each once. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value !== null && typeof value === 'object') {
    for (const part of Object.values(value)) buffersOf(part, found);
  }
  return [...found];
}
