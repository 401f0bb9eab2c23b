// The models that lie beside the page, in the order of the picker.

export interface EmbeddedModel {
  /** The folder's name under models/. */
  readonly name: string;
  readonly what: string;
  /** Whether the page can show what the model reads; the command line opens all. */
  readonly inPicker: boolean;
  readonly reads: 'text' | 'images';
  /** Sentences of its world, whose answers and responsible tokens are known, lie beside it as world.json. Absent: no. */
  readonly world?: true;
}

export const embeddedModels: readonly EmbeddedModel[] = [
  { name: 'tiny-world', what: 'decoder: says the next word', inPicker: true, reads: 'text', world: true },
  { name: 'tiny-world-encoder', what: 'encoder: fills in [MASK]', inPicker: true, reads: 'text', world: true },
  { name: 'tiny-shapes', what: 'image classifier: names the coloured shape', inPicker: true, reads: 'images' },
];
