// The `contributions` bench: all contributions Z[i, j] = T_ij x_j of a prompt, as the `in` map asks the engine for them, against the plain
// forward run of the same model on the same prompt. Beside the ratio of the times stands the ratio of the FLOPs (the planner's price against
// the ops' own): below 1, a FLOP of the contributions pass is cheaper than one of the forward run. A matrix product runs in the same race.
// `limit_ratio` is the time against that of the pass's minimal FLOPs (src/program/minimalFlops.ts) at the rate of that product, beside its bar.
// Memory: `trace_mb` is what a run leaves behind, `pass_mb` what the planner announced for the pass, `peak_mb` the most that all arrays took since the
// device was opened (weights and earlier cases included: lengths rise).

import { contributions } from '../src/engine/questions/contributions';
import { passRequest, type Question } from '../src/engine/questions/question';
import { createSession, type Session } from '../src/engine/session';
import type { ModelFiles } from '../src/models/files';
import { loadModel } from '../src/models/load';
import { minimalFlops } from '../src/program/minimalFlops';
import { runReading } from '../src/program/ops';
import type { Program } from '../src/program/program';
import { runProgram } from '../src/program/run';
import { randomArray, seededRandom } from '../src/tensor/random';
import type { OurDevice } from './device';
import { type BenchModel, randomGpt2 } from './models';
import { ourMultiplier } from './peers/ours';
import { type Entry, race, spread, timeRatio } from './race';
import { type Bench, type BenchOptions, failed, inShort, isWanted, type Outcome, rounded } from './report';

export type EmbeddedFiles = (name: string) => ModelFiles;

interface Model {
  readonly name: string;
  readonly lengths: readonly number[];
  load(embedded: EmbeddedFiles): Promise<BenchModel>;
}

/** For the growth with the prompt: small enough that 256 tokens take seconds on a software adapter. */
const long = { blocks: 4, dModel: 64, heads: 4, context: 256, vocab: 512 };
const wide = { blocks: 6, dModel: 384, heads: 6, context: 32, vocab: 512 };

export const benchModels: readonly Model[] = [
  { name: 'tiny-world', lengths: [16, 32, 64], load: (embedded) => loadModel(embedded('tiny-world')) },
  { name: 'random 6x384', lengths: [32], load: async () => randomGpt2(wide, 6384) },
];

/** Of this bench only: its longest prompts take minutes on a software adapter. */
const growth: Model = {
  name: 'random 4x64',
  lengths: [16, 32, 64, 128, 256],
  load: async () => randomGpt2(long, 4064),
};

/** The product that stands for "the GEMM rate" here; a shape of the `gemm` bench that fills the tiles. */
const gemmSide = 512;

/** The time may be this many times that of the minimal FLOPs at the rate of the product. */
const limitBar = 1.25;

/** The engine promises 1e-5 for its own model; a reading that is wrong is off by far more. */
const tolerance = 1e-4;

/**
 * A pass takes many times as long as a forward run. So that both meet the machine's load alike, the short ones get longer turns than usual,
 * and the long ones all their rounds.
 */
const turnFactor = 4;
const singleTurnMs = 60_000;

/** `embedded`: the files of an embedded model, wherever they lie. */
export function contributionsBench(device: OurDevice, embedded: EmbeddedFiles): Bench {
  return {
    name: 'contributions',
    async run(options, report) {
      for (const { name, lengths, load } of [...benchModels, growth]) {
        const wanted = lengths.filter((length) => isWanted('contributions', caseName(name, length), options.only));
        if (wanted.length === 0) continue;
        const { program, weights } = await load(embedded);
        const session = await createSession(program, weights, device.backend);
        for (const length of wanted) {
          const outcome = await measure(device, session, length, options).catch(failed);
          await report({
            bench: 'contributions',
            case: caseName(name, length),
            peer: 'FLOP ratio',
            unit: 'ratio',
            device: device.name,
            ...outcome,
          });
        }
        session.dispose();
      }
    },
  };
}

const caseName = (model: string, length: number) => `${model} L=${length}`;

async function measure(
  { backend }: OurDevice,
  session: Session,
  length: number,
  options: BenchOptions,
): Promise<Outcome> {
  const { program } = session;
  const random = seededRandom(length);
  const ids = Array.from({ length }, () => Math.floor(random() * program.vocab));
  const run = await session.run(ids, () => {});
  const traceBytes = backend.memory().live - session.weightBytes;
  const question: Question = { session, run, options: {} };
  const scope = { range: [0, program.blocks], gateRule: 'half' } as const;
  const pass = () => {
    run.kept.clear(); // every pass from the start
    return contributions(question, scope, 'output', [(z) => backend.sumSquares(z)]);
  };

  const first = await pass(); // compiles, and pushes the biases, which every later question of this run shares
  if (!(first.completeness < tolerance))
    throw new Error(`contributions do not add up: relative error ${first.completeness}`);

  const forward: Entry = {
    async run(times) {
      for (let i = 0; i < times; i++) {
        const trace = await runProgram(session.context('half'), program, ids, () => {});
        trace.dispose();
      }
      await backend.finish();
    },
  };
  const all: Entry = {
    async run(times) {
      for (let i = 0; i < times; i++) await pass(); // ends with a read-back: nothing is left under way
    },
  };
  const square = randomArray(gemmSide * gemmSide, random) as Float32Array<ArrayBuffer>;
  const gemm = await ourMultiplier(backend).prepare({ m: gemmSide, k: gemmSide, n: gemmSide, a: square, b: square });
  for (const entry of [forward, gemm]) await entry.run(1);
  const [allLap, forwardLap, gemmLap] = await race([all, forward, gemm], {
    ...options,
    turnMs: turnFactor * options.turnMs,
    singleTurnMs,
  });
  await gemm.free();

  const flops = { all: first.plan.flops, forward: forwardFlops(program, length), gemm: 2 * gemmSide ** 3 };
  const ms = { all: spread(allLap!.turns), forward: spread(forwardLap!.turns), gemm: spread(gemmLap!.turns) };
  const rate = (which: keyof typeof flops) => flops[which] / ms[which].median / 1e6;
  const minimal = await minimalFlops(passRequest(question, run.frozenPath(scope.range, 'output'), scope.gateRule));
  const { ratio, rounds } = timeRatio(allLap!, forwardLap!);
  const inProducts = timeRatio(allLap!, gemmLap!);
  const limit = (products: number) => (products * flops.gemm) / minimal;
  const flopRatio = flops.all / flops.forward;
  return {
    ours: rounded(ratio),
    peer_value: rounded(flopRatio),
    ratio: rounded(ratio / flopRatio),
    time_ratio_rounds: inShort(rounds),
    forward_ms: rounded(ms.forward.median),
    forward_ms_range: [rounded(ms.forward.min), rounded(ms.forward.max)],
    contributions_ms: rounded(ms.all.median),
    contributions_ms_range: [rounded(ms.all.min), rounded(ms.all.max)],
    forward_gflops: rounded(rate('forward')),
    contributions_gflops: rounded(rate('all')),
    gemm_gflops: rounded(rate('gemm')),
    gemm_shape: `${gemmSide}x${gemmSide}x${gemmSide}`,
    forward_gemm_share: rounded(rate('forward') / rate('gemm')),
    contributions_gemm_share: rounded(rate('all') / rate('gemm')),
    plan_gflop: rounded(flops.all / 1e9),
    minimal_gflop: rounded(minimal / 1e9),
    limit_ratio: rounded(limit(inProducts.ratio)),
    limit_bar: limitBar,
    limit_ratio_rounds:
      inProducts.rounds &&
      [inProducts.rounds.median, inProducts.rounds.min, inProducts.rounds.max].map(limit).map(rounded),
    turns: allLap!.turns.length,
    weight_mb: megabytes(session.weightBytes),
    trace_mb: megabytes(traceBytes),
    pass_mb: megabytes(first.plan.peakBytes),
    peak_mb: megabytes(backend.memory().peak),
    completeness: rounded(first.completeness),
    plan: first.plan.description,
  };
}

const megabytes = (bytes: number) => rounded(bytes / 2 ** 20);

/** Of everything that `runProgram` runs: all but the head. */
function forwardFlops({ ops }: Program, tokens: number): number {
  return ops
    .filter(({ stage }) => stage !== 'head')
    .reduce((sum, op) => sum + runReading(op).runCost(op, tokens).flops, 0);
}
