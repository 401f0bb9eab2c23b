// Measures a device once, in a fraction of a second: points on the curves of the cost model (program/costModel.ts). It runs the backend's own
// primitives on zeros, small sizes first, and goes on to the next size only while that is expected to be short, so that a slow device is not kept
// busy and a fast one is measured where it is fast. Not a benchmark: bench/ is.

import type { Backend, DeviceArray, Signal } from '../program/backend';
import type { DeviceRates, MeasuredPoint, WorkKind } from '../program/costModel';
import { throwIfAborted } from '../tensor/errors';

/** A step is not begun when it is expected to take longer than this. */
const longestStep = 0.045;
/** A measurement repeats a dispatch until it should last about so long, so that the clock's grain does not matter. */
const shortestMeasurement = 0.002;
const mostRepetitions = 32;
/** Shorter dispatches cannot be told from the scatter of the wait that is taken off them. */
const shortestDispatch = 1e-6;
/** Where the time for everything ends: sizes not reached by then are left to the rate of those before. */
const allowed = 0.25;

interface Step {
  readonly size: number;
  /** Makes the inputs; the returned function encodes one dispatch. */
  prepare(keep: (array: DeviceArray) => DeviceArray): () => DeviceArray;
}

/** Rejects with `cancelled` between two steps when the signal is aborted. Leaves no array behind. */
export async function calibrate(backend: Backend, signal?: AbortSignal): Promise<DeviceRates> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;

  /** Seconds of `times` dispatches, the wait for them included. */
  async function timed(encode: () => DeviceArray, times: number): Promise<number> {
    throwIfAborted(signal);
    const start = performance.now();
    for (let i = 0; i < times; i++) backend.free(encode());
    await backend.finish();
    throwIfAborted(signal);
    return (performance.now() - start) / 1000;
  }

  async function prepared<T>(step: Step, use: (encode: () => DeviceArray) => Promise<T>): Promise<T> {
    const kept: DeviceArray[] = [];
    const keep = (array: DeviceArray) => {
      kept.push(array);
      return array;
    };
    try {
      return await use(step.prepare(keep));
    } finally {
      for (const array of kept) backend.free(array);
    }
  }

  const { overhead, wait } = await prepared(emptyStep(backend), async (encode) => {
    await timed(encode, 1); // what is used for the first time is made now
    let [one, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < 6; i++) one = Math.min(one, await timed(encode, 1));
    for (let i = 0; i < 3; i++) many = Math.min(many, await timed(encode, mostRepetitions));
    return { overhead: Math.max(0, (many - one) / (mostRepetitions - 1)), wait: one };
  });

  const steps = stepsOf(backend);
  const points: Record<WorkKind, MeasuredPoint[]> = {
    product: [],
    productTransposed: [],
    mix: [],
    mixAdjoint: [],
    norm: [],
    elements: [],
  };
  // Sizes in the outer loop: when time runs out every kind has its small sizes.
  for (let rung = 0; rung < rungs; rung++) {
    for (const [kind, make] of Object.entries(steps) as [WorkKind, (rung: number) => Step][]) {
      const step = make(rung);
      const before = points[kind].at(-1);
      const expected = before ? (before.seconds * step.size) / before.size : 0;
      if (before && (points[kind].length < rung || expected > longestStep || elapsed() + expected > allowed)) continue;
      const seconds = await prepared(step, async (encode) => {
        const first = Math.max(shortestDispatch, overhead, (await timed(encode, 1)) - wait);
        const times = Math.max(1, Math.min(mostRepetitions, Math.round(shortestMeasurement / first)));
        let best = first;
        for (let i = 0; i < 3 && (i === 0 || elapsed() + best * times < allowed / 2); i++)
          best = Math.min(best, Math.max(shortestDispatch, overhead, ((await timed(encode, times)) - wait) / times));
        return best;
      });
      points[kind].push({ size: step.size, seconds });
    }
  }
  for (const [kind, measured] of Object.entries(points) as [WorkKind, MeasuredPoint[]][])
    points[kind] = smoothed(measured);
  return { overhead, wait, curves: points };
}

/**
 * Other work on the machine makes a measurement longer, never shorter. So a point gives way to its neighbours where these show that it was disturbed:
 * more work takes no less time, and is done at no lower rate.
 */
export function smoothed(points: readonly MeasuredPoint[]): MeasuredPoint[] {
  const out = points.map((point) => ({ ...point }));
  for (let at = out.length - 2; at >= 0; at--) out[at]!.seconds = Math.min(out[at]!.seconds, out[at + 1]!.seconds);
  for (let at = 1; at < out.length; at++) {
    const before = out[at - 1]!;
    out[at]!.seconds = Math.min(out[at]!.seconds, (before.seconds / before.size) * out[at]!.size);
  }
  return out;
}

/** Shapes of the pass through a transformer: rows, inputs, outputs of a product. */
const products = [
  [16, 128, 128],
  [128, 128, 256],
  [512, 256, 256],
  [2048, 512, 512],
  [8192, 1024, 1024],
] as const;
/** Tokens and columns of a mix of four heads of 32 channels. */
const mixes = [
  [16, 1],
  [32, 16],
  [64, 32],
  [128, 128],
  [256, 512],
] as const;
/** Rows of 128 channels. */
const rowCounts = [64, 1024, 8192, 32_768, 131_072] as const;
const rungs = products.length;
const channels = 128;
const heads = { heads: 4, kvHeads: 4, dHead: 32, causal: true };

function stepsOf(backend: Backend): Readonly<Record<WorkKind, (rung: number) => Step>> {
  const { bytesPerNumber } = backend;
  const signalOf = (
    keep: (array: DeviceArray) => DeviceArray,
    tokens: number,
    columns: number,
    width: number,
  ): Signal => {
    const data = keep(backend.zeros([tokens, columns, width], 'calibration'));
    return { firstToken: 0, tokens, columns, channels: width, data };
  };
  const product =
    (layout: 'inOut' | 'outIn') =>
    (rung: number): Step => {
      const [rows, inputs, outputs] = products[rung]!;
      return {
        size: 2 * rows * inputs * outputs,
        prepare(keep) {
          const x = signalOf(keep, rows, 1, inputs);
          const shape = layout === 'inOut' ? [inputs, outputs] : [outputs, inputs];
          const { array } = backend.uploadMatrix(new Float32Array(inputs * outputs), shape, 'calibration');
          keep(array);
          return () => backend.linear(x, array, layout, null).data;
        },
      };
    };
  const mix =
    (name: 'mix' | 'mixAdjoint') =>
    (rung: number): Step => {
      const [tokens, columns] = mixes[rung]!;
      return {
        size: heads.heads * heads.dHead * tokens * (tokens + 1) * columns,
        prepare(keep) {
          const x = signalOf(keep, tokens, columns, channels);
          const pattern = keep(backend.zeros([heads.heads, tokens, tokens], 'calibration'));
          return () => backend[name](pattern, x, heads).data;
        },
      };
    };
  return {
    product: product('inOut'),
    productTransposed: product('outIn'),
    mix: mix('mix'),
    mixAdjoint: mix('mixAdjoint'),
    norm: (rung) => ({
      size: 2 * rowCounts[rung]! * channels * bytesPerNumber,
      prepare(keep) {
        const x = signalOf(keep, 16, rowCounts[rung]! / 16, channels);
        const gain = keep(backend.zeros([channels], 'calibration'));
        const inverseSigma = keep(backend.zeros([16], 'calibration'));
        return () => backend.norm(x, { kind: 'layer', gain, inverseSigma }, null).data;
      },
    }),
    elements: (rung) => ({
      size: 2 * rowCounts[rung]! * channels * bytesPerNumber,
      prepare(keep) {
        const x = signalOf(keep, 16, rowCounts[rung]! / 16, channels);
        const coefficients = keep(backend.zeros([16, channels], 'calibration'));
        return () => backend.multiply(x, coefficients, 1).data;
      },
    }),
  };
}

function emptyStep(backend: Backend): Step {
  return {
    size: 0,
    prepare(keep) {
      const data = keep(backend.zeros([1, 1, 1], 'calibration'));
      const coefficients = keep(backend.zeros([1, 1], 'calibration'));
      const x = { firstToken: 0, tokens: 1, columns: 1, channels: 1, data };
      return () => backend.multiply(x, coefficients, 1).data;
    },
  };
}
