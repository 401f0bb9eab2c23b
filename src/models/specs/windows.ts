// Sliding windows: which blocks have one, in both spellings of the configuration: `layer_types` names every block's attention, older files have a
// rule of the family instead.

import * as v from 'valibot';
import { UserError } from '../../tensor/errors';
import { refuse } from './fields';

export const layerTypes = v.nullish(v.array(v.string('It must name a type of attention'), 'It must be a list'));

interface Windowed {
  readonly num_hidden_layers: number;
  readonly layer_types?: readonly string[] | null | undefined;
}

/** True for blocks with a window. `rule` is the family's, for configurations without `layer_types`. UserError when a type is unknown. */
export function slidingBlocks(
  { num_hidden_layers: blocks, layer_types: types }: Windowed,
  rule: (block: number) => boolean,
): boolean[] {
  if (!types) return Array.from({ length: blocks }, (_, block) => rule(block));
  if (types.length !== blocks) {
    throw new UserError(
      'bad-model',
      `config.json: layer_types names ${types.length} blocks, but num_hidden_layers is ${blocks}.`,
    );
  }
  const strange = types.find((type) => type !== 'full_attention' && type !== 'sliding_attention');
  refuse(strange !== undefined, `layer_types has "${strange}"; supported are "full_attention" and "sliding_attention"`);
  return types.map((type) => type === 'sliding_attention');
}

/** The window as a part of an AttentionSpec; null: none. */
export const withWindow = (window: number | null | undefined) => (window == null ? {} : { window });
