// Measures a device once, in a fraction of a second: points on the curves of the cost model (program/costModel.ts). It runs the backend's own
// primitives on zeros, small sizes first, and goes on to the next size only while that is expected to be short, so that a slow device is not kept
// busy and a fast one is measured where it is fast. What is measured is what a pass will meet, so a point is the median of a few samples, and the
// samples of all kinds take turns: a moment in which the machine is busy with something else meets one sample each. Not a benchmark: bench/ is.

import type { Backend, DeviceArray, Signal } from '../program/backend';
import { type DeviceRates, type MeasuredPoint, tiledEntries, type WorkKind } from '../program/costModel';
import { createCountingBackend } from '../program/countingBackend';
import { throwIfAborted } from '../tensor/errors';

/** A sample is not begun when it is expected to take longer than this, in seconds. */
const longestSample = 0.025;
/** A sample repeats a dispatch until it should last about so long, so that the clock's grain does not matter. */
const shortestSample = 0.002;
const mostRepetitions = 32;
/** Of every size, after a first one in which what is used for the first time is made. */
const samples = 3;
/** Shorter dispatches cannot be told from the scatter of the wait that is taken off them. */
const shortestDispatch = 1e-6;
/** Where the time for everything ends: sizes not reached by then are left to the rate of those before. */
const allowed = 0.24;

interface Step {
  readonly size: number;
  /** Makes the inputs; the returned function encodes one dispatch, or reads back. */
  prepare(keep: (array: DeviceArray) => DeviceArray): () => DeviceArray | Promise<void>;
}

/** A size of one kind being measured. */
interface Contestant {
  readonly kind: WorkKind;
  readonly size: number;
  readonly act: ReturnType<Step['prepare']>;
  readonly seconds: number[];
  times: number;
}

const kinds = ['product', 'productTransposed', 'mix', 'mixAdjoint', 'norm', 'elements', 'read'] as const;

/** Rejects with `cancelled` between two samples when the signal is aborted. Leaves no array behind. */
export async function calibrate(backend: Backend, signal?: AbortSignal): Promise<DeviceRates> {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const kept: DeviceArray[] = [];
  const keep = (array: DeviceArray) => {
    kept.push(array);
    return array;
  };
  const freeKept = () => {
    for (const array of kept.splice(0)) backend.free(array);
  };

  /** Seconds of `times` dispatches, the wait for them included. */
  async function timed(act: ReturnType<Step['prepare']>, times: number): Promise<number> {
    throwIfAborted(signal);
    const start = performance.now();
    let waited = false;
    for (let i = 0; i < times; i++) {
      const made = act();
      if (made instanceof Promise) await made;
      else backend.free(made);
      waited = made instanceof Promise;
    }
    if (!waited) await backend.finish();
    throwIfAborted(signal);
    return (performance.now() - start) / 1000;
  }

  try {
    const empty = emptyStep(backend).prepare(keep);
    await timed(empty, mostRepetitions); // what is used for the first time is made now
    const single: number[] = [];
    const many: number[] = [];
    for (let i = 0; i < samples; i++) {
      for (let j = 0; j < 3; j++) single.push(await timed(empty, 1));
      many.push(await timed(empty, mostRepetitions));
    }
    freeKept();
    const wait = median(single);
    const overhead = Math.max(0, (median(many) - wait) / (mostRepetitions - 1));
    const leastWait = Math.min(...single); // what is taken off must not be a moment's disturbance

    const steps = stepsOf(backend);
    const points = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<WorkKind, MeasuredPoint[]>;
    // Sizes in the outer loop: when time runs out every kind has its small sizes.
    for (let rung = 0; rung < rungs; rung++) {
      const contestants: Contestant[] = [];
      for (const kind of kinds) {
        const step = steps[kind](rung);
        const before = points[kind].at(-1);
        const expected = before ? (before.seconds * step.size) / before.size : 0;
        const late = expected > longestSample || elapsed() + expected > allowed;
        if (before && (points[kind].length < rung || late)) continue;
        contestants.push({ kind, size: step.size, act: step.prepare(keep), seconds: [], times: 1 });
      }
      for (let sample = 0; sample <= samples; sample++) {
        for (const one of contestants) {
          const { kind, act, seconds, times } = one;
          if (seconds.length > 0 && elapsed() + seconds.at(-1)! * times > allowed) continue;
          const taken = await timed(act, times);
          const each = (kind === 'read' ? taken : Math.max(0, taken - leastWait)) / times;
          if (sample === 0) one.times = repetitions(each);
          if (sample === 1) seconds.length = 0; // the first told how often to repeat, and made what is used for the first time
          seconds.push(Math.max(shortestDispatch, kind === 'read' ? 0 : overhead, each));
        }
      }
      for (const { kind, size, seconds } of contestants) points[kind].push({ size, seconds: median(seconds) });
      freeKept();
    }
    const curves = Object.fromEntries(
      kinds.map((kind) => [kind, smoothed(points[kind])]),
    ) as unknown as DeviceRates['curves'];
    return { overhead, wait, curves };
  } finally {
    freeKept();
  }
}

function repetitions(seconds: number): number {
  return Math.max(1, Math.min(mostRepetitions, Math.round(shortestSample / Math.max(shortestDispatch, seconds))));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
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
  [32, 8],
  [64, 32],
  [128, 128],
  [256, 512],
] as const;
/** Rows of 128 channels. */
const rowCounts = [64, 1024, 8192, 32_768, 131_072] as const;
/** Numbers read back. */
const readCounts = [256, 16_384, 262_144, 2_097_152, 8_388_608] as const;
const rungs = products.length;
const channels = 128;
const heads = { heads: 4, kvHeads: 4, dHead: 32, causal: true };

type Steps = Readonly<Record<WorkKind, (rung: number) => Step>>;

function stepsOf(backend: Backend): Steps {
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
        size: 2 * tiledEntries(rows, outputs) * inputs,
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
        size: mixSize(tokens, columns),
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
    read: (rung) => ({
      size: readCounts[rung]! * bytesPerNumber,
      prepare(keep) {
        const array = keep(backend.zeros([readCounts[rung]!], 'calibration'));
        const sums = new Float64Array(channels);
        return async () => {
          const values = await backend.read(array);
          for (let at = 0; at < values.length; at++) sums[at % channels]! += values[at]!; // as the questions do with what they read
        };
      },
    }),
  };
}

/** Size of a causal mix of zeros, as the counting backend tells it. */
function mixSize(tokens: number, columns: number): number {
  const counting = createCountingBackend(4);
  const data = counting.zeros([tokens, columns, channels], 'values');
  const values = { firstToken: 0, tokens, columns, channels, data };
  counting.mix({ shape: [heads.heads, tokens, tokens] }, values, heads);
  return counting.work()[0]!.size;
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
