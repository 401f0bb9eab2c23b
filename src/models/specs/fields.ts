// Entries that the configurations of several families share: checked sizes (nothing is allocated for an absurd one), activations, flags.

import * as v from 'valibot';
import type { Activation } from '../../program/backend';
import { UserError } from '../../tensor/errors';

/** Largest sizes that are accepted. Far above any model that fits on one device; there to stop a broken file, not a large model. */
export const limits = {
  dModel: 65_536,
  dFfn: 524_288,
  blocks: 1024,
  heads: 1024,
  vocab: 4_000_000,
  context: 16_777_216,
};

const wholeNumber = (limit: number) => {
  const message = `It must be a whole number from 1 to ${limit}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(1, message), v.maxValue(limit, message));
};

export const size = {
  dModel: wholeNumber(limits.dModel),
  dFfn: wholeNumber(limits.dFfn),
  blocks: wholeNumber(limits.blocks),
  heads: wholeNumber(limits.heads),
  vocab: wholeNumber(limits.vocab),
  context: wholeNumber(limits.context),
};

const positiveMessage = 'It must be a positive number';
export const positive = v.pipe(
  v.number(positiveMessage),
  v.finite(positiveMessage),
  v.check((value) => value > 0, positiveMessage),
);

export const flag = v.boolean('It must be true or false');

/** Names in Hugging Face's configurations → our names. */
const activations: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  quick_gelu: 'quick_gelu',
  silu: 'silu',
  swish: 'silu',
  relu: 'relu',
  relu2: 'relu2',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
};

const known = Object.keys(activations).join(', ');
export const activation = v.pipe(
  v.string('It must be the name of an activation function'),
  v.check(
    (name) => Object.hasOwn(activations, name),
    `Its activation function is not supported; supported are ${known}`,
  ),
  v.transform((name): Activation => activations[name]!),
);

/** `whole` / `parts`, refused in words when it is not a whole number. */
export function share(whole: number, parts: number, wholeName: string, partsName: string): number {
  if (whole % parts === 0) return whole / parts;
  throw new UserError(
    'bad-model',
    `config.json: ${wholeName} (${whole}) is not a multiple of ${partsName} (${parts}).`,
  );
}

/** UserError 'unsupported-model' in words when the configuration asks for what is not there. */
export function refuse(unsupported: boolean, reason: string): void {
  if (unsupported) throw new UserError('unsupported-model', `config.json: ${reason}.`);
}

/** An entry that may have several names and has none of them is missing: UserError 'bad-model' with the one it should have. */
export function present<T>(value: T | null | undefined, name: string): T {
  if (value != null) return value;
  throw new UserError('bad-model', `config.json: ${name} is missing.`);
}
