// The `gemm` bench: our matrix product against the peers', float32, on the same adapter in the same tab. Every product is checked against one
// in float64 before anything is timed; who fails the check is not in the race.

import { linearByFours } from '../src/reference';
import { relativeError } from '../src/tensor/compare';
import { randomArray, seededRandom } from '../src/tensor/random';
import type { OurDevice } from './device';
import { ourMultiplier } from './peers/ours';
import { type Multiplier, NotInstalled, type PreparedProduct, type Product } from './peers/product';
import { type Lap, race, spread, timeRatio } from './race';
import { type Bench, type BenchOptions, failed, inShort, isWanted, type Outcome, rounded } from './report';

type Shape = readonly [m: number, k: number, n: number];

/** Squares, and products of transformers: SmolLM2-135M's FFN up at 128 rows, GPT-2's FFN up and down at 64 rows. */
const shapes: readonly Shape[] = [
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [128, 576, 1536],
  [64, 768, 3072],
  [64, 3072, 768],
];

/** f32 sums of 3072 terms end near 1e-6; a wrong entry is off by about 1. */
const tolerance = 1e-4;

interface Contestant {
  readonly prepared: PreparedProduct;
  readonly error: number;
}

interface Timed extends Contestant {
  readonly lap: Lap;
}

/** A peer that is not installed gets a line that says so. */
export function gemm({ backend, name: device }: OurDevice, peers: readonly Multiplier[]): Bench {
  const ours = ourMultiplier(backend);
  return {
    name: 'gemm',
    async run(options, report) {
      for (const [m, k, n] of shapes) {
        const name = `${m}x${k}x${n}`;
        if (!isWanted('gemm', name, options.only)) continue;
        const timed = await raceProduct([ours, ...peers], randomProduct(m, k, n), options);
        for (const peer of peers) {
          const outcome = compare(timed.get(ours)!, timed.get(peer)!, 2 * m * k * n);
          await report({ bench: 'gemm', case: name, peer: peer.name, unit: 'GFLOP/s', device, ...outcome });
        }
      }
    },
  };
}

/** Everybody's times, or the error of whoever is not in the race. */
async function raceProduct(
  multipliers: readonly Multiplier[],
  product: Product,
  options: BenchOptions,
): Promise<Map<Multiplier, Timed | Error>> {
  const expected = float64Product(product);
  const contestants = new Map<Multiplier, Contestant>();
  const results = new Map<Multiplier, Timed | Error>();
  for (const multiplier of multipliers) {
    try {
      contestants.set(multiplier, await checked(multiplier, product, expected));
    } catch (error) {
      if (error instanceof NotInstalled) {
        results.set(multiplier, error);
        continue;
      }
      results.set(multiplier, new Error(`${multiplier.name}: ${error instanceof Error ? error.message : error}`));
    }
  }
  const inRace = [...contestants];
  const laps = await race(
    inRace.map(([, { prepared }]) => prepared),
    options,
  );
  for (const [at, [multiplier, contestant]] of inRace.entries()) {
    results.set(multiplier, { ...contestant, lap: laps[at]! });
    await contestant.prepared.free();
  }
  return results;
}

function randomProduct(m: number, k: number, n: number): Product {
  const random = seededRandom(m + k + n);
  const matrix = (length: number) => randomArray(length, random) as Float32Array<ArrayBuffer>;
  return { m, k, n, a: matrix(m * k), b: matrix(k * n) };
}

function float64Product({ m, k, n, a, b }: Product): Float64Array {
  return linearByFours(Float64Array.from(a), Float64Array.from(b), null, 'inOut', { rows: m, inputs: k, outputs: n });
}

/** Throws when an entry is wrong or not a number. The check is also the run that compiles everything. */
async function checked({ prepare }: Multiplier, product: Product, expected: Float64Array): Promise<Contestant> {
  const prepared = await prepare(product);
  await prepared.run(1);
  const error = relativeError(await prepared.read(), expected);
  if (!(error < tolerance)) {
    await prepared.free();
    throw new Error(`wrong product: relative error ${error}`);
  }
  return { prepared, error };
}

function compare(ours: Timed | Error, peer: Timed | Error, flops: number): Outcome {
  if (ours instanceof Error) return failed(ours);
  const rate = (ms: number) => rounded(flops / ms / 1e6);
  if (peer instanceof NotInstalled) {
    const own = spread(ours.lap.turns);
    return {
      ours: rate(own.median),
      peer_value: null,
      ratio: null,
      note: peer.message,
      ours_error: rounded(ours.error),
    };
  }
  if (peer instanceof Error) return failed(peer);
  const { ratio, rounds } = timeRatio(peer.lap, ours.lap); // rates are the reciprocals of times
  const [a, b] = [spread(ours.lap.turns), spread(peer.lap.turns)];
  return {
    ours: rate(a.median),
    peer_value: rate(b.median),
    ratio: rounded(ratio),
    ratio_rounds: inShort(rounds),
    ours_range: [rate(a.max), rate(a.min)],
    peer_range: [rate(b.max), rate(b.min)],
    turns: [ours.lap.turns.length, peer.lap.turns.length],
    repetitions: [ours.lap.repetitions, peer.lap.repetitions],
    ours_error: rounded(ours.error),
    peer_error: rounded(peer.error),
    ...(peer.prepared.device && { peer_device: peer.prepared.device }),
  };
}
