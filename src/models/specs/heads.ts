// What may stand after an encoder, as data: which heads a family's files can hold, by which names, and which one a model has.

import * as v from 'valibot';
import type { Activation } from '../../program/backend';
import { UserError } from '../../tensor/errors';
import type { ClassifierSpec, ModelSpec, NormSpec } from '../spec';
import { refuse } from './fields';
import { collectSources } from './sources';

/** Entries of config.json that say which head there is. */
export const headFields = {
  architectures: v.nullish(v.array(v.string('It must be a list of names'), 'It must be a list of names')),
  id2label: v.nullish(v.record(v.string(), v.string('It must be the name of a class'))),
};

/** A head with one dense layer before its last matrix. Names are of tensors without `.weight` and `.bias`, best first. */
export interface EncoderHead {
  /** words: logits over the vocabulary at every token, by its tied matrix unless the files have one. classes: one row, read from token 0. */
  readonly kind: 'words' | 'classes';
  /** Values of `architectures`. */
  readonly architectures: readonly string[];
  readonly transform: readonly string[];
  readonly activation: Activation;
  /** LayerNorm after the activation. */
  readonly norm: string | null;
  readonly matrix: readonly string[];
  /** Further possible names of the matrix's bias, whole. */
  readonly bias: readonly string[];
  /** Channels after the dense layer; left out: dModel. */
  readonly channels?: number;
}

export interface HeadChoice<H> {
  /** Of config.json. */
  readonly architectures: readonly string[] | null | undefined;
  readonly heads: readonly H[];
  /** Values of `architectures` without a head, or with one that is not read: y is all there is. */
  readonly headless: readonly string[];
}

/** The head that config.json names or, where it names none, that the files hold. null: none. Refuses heads of other tasks by name. */
export function chooseHead<H extends { readonly architectures: readonly string[] }>(
  { architectures, heads, headless }: HeadChoice<H>,
  held: (head: H) => boolean,
): H | null {
  if (!architectures?.length) return heads.find(held) ?? null;
  const known = [...heads.flatMap((head) => head.architectures), ...headless];
  refuse(
    !known.some((name) => architectures.includes(name)),
    `architectures is ${architectures.join(', ')}; supported are ${known.join(', ')}`,
  );
  return heads.find((head) => head.architectures.some((name) => architectures.includes(name))) ?? null;
}

/** Whether the files hold the head. A vocabulary's matrix is mostly tied, so its dense layer tells. */
export function heldBy(tensorNames: ReadonlySet<string>): (head: EncoderHead) => boolean {
  const held = (names: readonly string[]) => names.some((name) => tensorNames.has(`${name}.weight`));
  return ({ kind, transform, matrix }) => held(transform) && (kind === 'words' || held(matrix));
}

/** What a head adds to the spec of its model, its weights included. */
export function headSpec(
  head: EncoderHead | null,
  norm: NormSpec,
  id2label: Readonly<Record<string, string>> | null | undefined,
  tensorNames: ReadonlySet<string>,
): Pick<ModelSpec, 'headless' | 'headTransform' | 'classifier' | 'weights'> {
  const sources = collectSources({ prefixes: [''], layout: 'outIn' });
  if (!head) return { headless: true, weights: sources.map };
  const { kind, activation, transform, matrix, bias, channels } = head;
  const named = (names: readonly string[], part: string) => names.map((name) => `${name}.${part}`);
  for (const part of ['weight', 'bias'])
    sources.array(`head.transform.${part}`, '', { tensors: named(transform, part) });
  if (head.norm !== null) sources.layerNorm('head.norm', head.norm);
  const weight = named(matrix, 'weight');
  if (kind === 'classes' || weight.some((name) => tensorNames.has(name))) {
    sources.array('head.weight', '', { tensors: weight });
  }
  sources.array('head.bias', '', { tensors: [...bias, ...named(matrix, 'bias')] });
  return {
    headTransform: {
      activation,
      norm: head.norm === null ? null : norm,
      ...(channels === undefined ? {} : { channels }),
    },
    ...(kind === 'words' ? {} : { classifier: oneToken(labelsOf(id2label)) }),
    weights: sources.map,
  };
}

/** A classifier that reads the first token. */
export function oneToken(labels: readonly string[]): ClassifierSpec {
  return { reads: [{ from: 0, to: 1 }], combine: 'sum', labels };
}

/** Names of the classes 0, 1, …, two where config.json names none; UserError 'bad-model' when one has no name. */
export function labelsOf(names: Readonly<Record<string, string>> | null | undefined): string[] {
  const given = names ?? { 0: 'LABEL_0', 1: 'LABEL_1' };
  const labels = Object.keys(given).map((_, id) => {
    const name = given[id];
    if (name === undefined) throw new UserError('bad-model', `config.json: id2label names no class ${id}.`);
    return name;
  });
  if (labels.length === 0) throw new UserError('bad-model', 'config.json: id2label names no class.');
  return labels;
}
