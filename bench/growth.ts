// The `growth` bench: what a forward run, one row (one pull) and the `in` map (all contributions) take in time and memory, over the length of the prompt
// and over the size of the model. Random decoders of GPT-2's layout; what a model has learnt changes no time. All three are timed in one race.
// Memory: `weight_mb` on the device, `trace_mb` what a run leaves behind, `pass_mb` the most that the map takes beside both, measured.

import { contributions } from '../src/engine/questions/contributions';
import { explain } from '../src/engine/questions/explained';
import type { Question } from '../src/engine/questions/question';
import { rowOf } from '../src/engine/questions/row';
import { createSession, type Session } from '../src/engine/session';
import { runProgram } from '../src/program/run';
import { seededRandom } from '../src/tensor/random';
import type { OurDevice } from './device';
import { type RandomModel, randomGpt2 } from './models';
import { type Entry, type Lap, race, spread } from './race';
import { type Bench, type BenchOptions, failed, isWanted, type Outcome, rounded } from './report';

interface Series {
  readonly along: 'L' | 'size';
  readonly sizes: Omit<RandomModel, 'context' | 'vocab'>;
  readonly lengths: readonly number[];
}

const size = (blocks: number, dModel: number) => ({ blocks, dModel, heads: dModel / 64 < 2 ? 2 : dModel / 64 });

/** Small enough that the longest prompt and the largest model each end in seconds on a software adapter. */
const series: readonly Series[] = [
  { along: 'L', sizes: size(4, 64), lengths: [16, 32, 64, 128, 256] },
  ...[size(2, 64), size(4, 128), size(6, 256), size(6, 384), size(8, 512)].map(
    (sizes): Series => ({ along: 'size', sizes, lengths: [32] }),
  ),
];

const vocab = 512;
/** A pass that takes longer has one turn, so that all points together take some minutes on a software adapter. */
const singleTurnMs = 12_000;
/** A reading that is wrong is off by about 1. */
const tolerance = 1e-4;

export function growthBench(device: OurDevice): Bench {
  return {
    name: 'growth',
    async run(options, report) {
      for (const { along, sizes, lengths } of series) {
        const name = (length: number) => `${along} ${sizes.blocks}x${sizes.dModel} L=${length}`;
        const wanted = lengths.filter((length) => isWanted('growth', name(length), options.only));
        if (wanted.length === 0) continue;
        const context = Math.max(...lengths);
        const { program, weights } = randomGpt2({ ...sizes, context, vocab }, sizes.blocks * 1000 + sizes.dModel);
        const session = await createSession(program, weights, device.backend);
        try {
          for (const length of wanted) {
            const outcome = await measure(device, session, length, options).catch(failed);
            const line = { bench: 'growth', case: name(length), peer: 'forward run', unit: 'ms', device: device.name };
            await report({ ...line, ...outcome });
          }
        } finally {
          session.dispose();
        }
      }
    },
  };
}

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
  await backend.finish();
  const traceBytes = backend.memory().live - session.weightBytes;
  const question: Question = { session, run, options: {} };
  const scope = { range: [0, program.blocks], gateRule: 'half' } as const;
  const target = { token: length - 1, class: null, direction: { kind: 'centred' } } as const;
  const explained = await explain(question, target, program.blocks, String);

  const row = () => rowOf(question, scope, explained);
  const map = () => {
    run.kept.clear(); // every pass from the start
    return contributions(question, scope, 'output', [(z) => backend.sumSquares(z)]);
  };
  // The first of each compiles, makes buffers, and pushes the biases, which every later question of this run shares.
  const { conservation } = await row();
  if (!(conservation < tolerance)) throw new Error(`the row does not add up: relative error ${conservation}`);
  run.kept.clear();
  const before = backend.memory().live;
  backend.resetPeak();
  const { completeness, plan } = await map();
  if (!(completeness < tolerance)) throw new Error(`contributions do not add up: relative error ${completeness}`);
  const passBytes = backend.memory().peak - before;

  const forward = async () => (await runProgram(session.context('half'), program, ids, () => {})).dispose();
  await forward();
  const [forwardLap, rowLap, mapLap] = await race([repeated(forward), repeated(row), repeated(map)], {
    ...options,
    singleTurnMs: Math.max(options.singleTurnMs, singleTurnMs),
  });

  /** A run and a row end with the device, a map with its read-back. */
  function repeated(work: () => Promise<unknown>): Entry {
    return {
      async run(times) {
        for (let i = 0; i < times; i++) await work();
        await backend.finish();
      },
    };
  }

  const ms = (lap: Lap | undefined) => spread(lap!.turns);
  const [forwardMs, rowMs, mapMs] = [ms(forwardLap), ms(rowLap), ms(mapLap)];
  const range = ({ min, max }: typeof mapMs) => [rounded(min), rounded(max)];
  return {
    ours: rounded(mapMs.median),
    peer_value: rounded(forwardMs.median),
    ratio: rounded(mapMs.median / forwardMs.median),
    forward_ms: rounded(forwardMs.median),
    forward_ms_range: range(forwardMs),
    row_ms: rounded(rowMs.median),
    row_ms_range: range(rowMs),
    map_ms: rounded(mapMs.median),
    map_ms_range: range(mapMs),
    turns: [forwardLap, rowLap, mapLap].map((lap) => lap!.turns.length),
    map_gflop: rounded(plan.flops / 1e9),
    map_gflops: rounded(plan.flops / mapMs.median / 1e6),
    weight_mb: megabytes(session.weightBytes),
    trace_mb: megabytes(traceBytes),
    pass_mb: megabytes(passBytes),
    completeness: rounded(completeness),
    conservation: rounded(conservation),
  };
}

const megabytes = (bytes: number) => rounded(bytes / 1e6);
