// Errors that a reader of the page sees. The message is a full sentence: it names the thing, the limit and the remedy.

export type UserErrorCode =
  | 'no-webgpu' // no adapter, or the browser has no WebGPU
  | 'device-lost'
  | 'out-of-memory'
  | 'over-budget' // the planner refuses
  | 'bad-model' // a file that is not what it should be
  | 'unsupported-model'
  | 'not-found'
  | 'network'
  | 'bad-prompt'
  | 'bad-request'
  | 'cancelled';

export class UserError extends Error {
  readonly code: UserErrorCode;

  constructor(code: UserErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
  }
}

export function cancelled(): UserError {
  return new UserError('cancelled', 'Cancelled.');
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}
