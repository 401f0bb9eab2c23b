// What a case computed, read back: numbers with their place in the token sequence, comparable between backends.

import type { Backend, DeviceArray, Signal } from '../../../program/backend';

export interface ReadBack {
  /** Null for an array that is no signal. */
  readonly window: {
    readonly firstToken: number;
    readonly tokens: number;
    readonly columns: number;
    readonly channels: number;
  } | null;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export function isSignal(result: Signal | DeviceArray): result is Signal {
  return 'data' in result;
}

export async function readBack(backend: Backend, result: Signal | DeviceArray): Promise<ReadBack> {
  if (!isSignal(result))
    return { window: null, shape: result.shape, values: Float64Array.from(await backend.read(result)) };
  const { data, ...window } = result;
  return { window, shape: data.shape, values: Float64Array.from(await backend.read(data)) };
}

/** Σ over all tokens of x · y, where a signal outside its window is zero; and the sum of the products' magnitudes. */
export function inner(x: ReadBack, y: ReadBack): { readonly sum: number; readonly magnitude: number } {
  if (!x.window || !y.window) throw new Error('an inner product needs two signals');
  const width = x.window.columns * x.window.channels;
  const first = Math.max(x.window.firstToken, y.window.firstToken);
  const end = Math.min(x.window.firstToken + x.window.tokens, y.window.firstToken + y.window.tokens);
  let sum = 0;
  let magnitude = 0;
  for (let t = first; t < end; t++) {
    for (let k = 0; k < width; k++) {
      const product =
        x.values[(t - x.window.firstToken) * width + k]! * y.values[(t - y.window.firstToken) * width + k]!;
      sum += product;
      magnitude += Math.abs(product);
    }
  }
  return { sum, magnitude };
}
