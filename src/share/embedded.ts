// The models that lie beside the page, in the order of the picker.

export interface EmbeddedModel {
  /** The folder's name under models/. */
  readonly name: string;
  readonly what: string;
  /** Whether the page can show what the model reads; the command line opens all. */
  readonly inPicker: boolean;
}

export const embeddedModels: readonly EmbeddedModel[] = [
  { name: 'tiny-world', what: 'decoder: says the next word', inPicker: true },
  { name: 'tiny-world-encoder', what: 'encoder: fills in [MASK]', inPicker: true },
  { name: 'tiny-shapes', what: 'image classifier: names the coloured shape', inPicker: false },
];
