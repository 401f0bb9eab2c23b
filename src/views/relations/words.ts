// What the decoders and edits are called, and what they are. Pure.

import type { DecoderName, EditName, Rate } from '../../engine/protocol';

export const decoders: Readonly<Record<DecoderName, { readonly title: string; readonly means: string }>> = {
  tensor: {
    title: 'tensor',
    means:
      'ô = β W s + b; W is the mean of T[last, :, subject, :] over the training subjects, b what is left of their outputs',
  },
  jacobian: {
    title: 'Jacobian (LRE)',
    means: 'ô = β W s + b with the Jacobian ∂o/∂s in the place of T’s block: nothing is frozen',
  },
  ridge: {
    title: 'learned linear',
    means: 'ridge regression from s to o on the training subjects alone, in closed form',
  },
  translation: { title: 'translation', means: 'ô = s + the mean of o − s over the training subjects' },
  identity: { title: 'identity', means: 'ô = s' },
  constant: { title: 'constant', means: 'ô = the mean of o over the training subjects, whatever the subject' },
  random: { title: 'random', means: 'as the tensor’s, with a random W of the same size' },
};

export const edits: Readonly<Record<EditName, { readonly title: string; readonly means: string }>> = {
  tensor: {
    title: 'inverse of the tensor’s W',
    means: 'the subject’s vector is changed by W_r† (o′ − o), o′ being another subject’s output',
  },
  jacobian: { title: 'inverse of the Jacobian’s W', means: 'the same with the mean Jacobian' },
  swap: { title: 'the other subject’s vector', means: 'the most that an edit of this vector can do' },
  random: { title: 'a random change as large', means: 'what the size of the change alone does' },
};

/** "embedding", "before block 2". */
export function layerWords(layer: number): string {
  return layer === 0 ? 'embedding' : `before block ${layer}`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** "96 % [80, 99]". */
export function rateWords({ value, low, high }: Rate): string {
  return `${percent(value)} [${Math.round(100 * low)}, ${Math.round(100 * high)}]`;
}
