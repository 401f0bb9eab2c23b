// Golden results of `fixtures/tiny` as engine tests read them: the input, and tensors by name.

import { readFileSync } from 'node:fs';
import { toFloat32, toInt32 } from '../../models/decode';
import { readSafetensors } from '../../models/safetensors';

export function readGolden(family: string) {
  const file = readSafetensors(readFileSync(`fixtures/tiny/${family}/golden.safetensors`));
  const json = JSON.parse(readFileSync(`fixtures/tiny/${family}/golden.json`, 'utf8'));
  const pixels = file.tensors.get('pixel_values');
  const integers = (key: string) => [...toInt32(file.tensors.get(key)!, key)];
  const ids = pixels ? [] : integers('input_ids');
  return {
    ids,
    input: pixels ? { pixels: { shape: pixels.shape, data: toFloat32(pixels, 'pixel_values') } } : { ids },
    tokens: json.shape.L as number,
    blocks: json.shape.layers as number,
    /** The token that in_class explains. */
    target: json.class.positions[0] as number,
    /** Of every row of logits. */
    classes: file.tensors.has('class_all') ? integers('class_all') : [json.class.index as number],
    has: (key: string) => file.tensors.has(key),
    tensor: (key: string) => toFloat32(file.tensors.get(key)!, key),
  };
}
