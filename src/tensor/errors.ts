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
    super(oneLine(message), options);
    this.name = 'UserError';
    this.code = code;
  }
}

const longest = 1200;

/** Sentences quote what files say: control characters and changes of the writing direction have no place on the page or in a terminal. */
function oneLine(message: string): string {
  const plain = message.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
  return plain.length <= longest ? plain : `${plain.slice(0, longest / 2)} … ${plain.slice(-longest / 2)}`;
}

export function cancelled(): UserError {
  return new UserError('cancelled', 'Cancelled.');
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}
