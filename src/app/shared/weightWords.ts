// How weights are stored, in the words of the page's choices.

import type { WeightStorage } from '../../engine/protocol';

export const weightWords: Readonly<Record<WeightStorage, string>> = { f32: 'float32 weights', f16: 'float16 weights' };
