// How much memory one pass may take, and the refusal, in words, of what does not fit.

import type { Backend } from '../program/backend';
import { UserError } from '../tensor/errors';

/** Bytes of all signals alive in one pass: a fraction of what a laptop GPU gives a page. */
export function passBudget(backend: Backend): number {
  return Math.min(256 * 2 ** 20, backend.maxArrayBytes);
}

/** Bytes of contributions that a run leaves on the device for the next question. */
export function keptBudget(backend: Backend): number {
  return passBudget(backend) / 2;
}

/** Rows of logits made at once: bounds the vocabulary-sized array to 4 M numbers. */
export function rowsAtOnce(classes: number): number {
  return Math.max(1, Math.floor(2 ** 22 / classes));
}

/** Largest result that is sent to the page at once. */
export const resultBudget = 128 * 2 ** 20;

export function refuseOver(limit: number, bytes: number, what: string, remedy: string): void {
  if (bytes <= limit) return;
  throw new UserError('over-budget', `${what} needs ${megabytes(bytes)}, the limit is ${megabytes(limit)}. ${remedy}`);
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MB`;
}
