// The `plan` bench: what the planner says of a pass before it runs, seconds (by a calibration in the same minute) and peak bytes, against what it
// then takes. Cases: all contributions of a prompt, as the `in` map asks for them, and the `out` map. Checks no results: the other benches do.

import { calibrate } from '../src/engine/calibrate';
import { inMap, outMap, type TensorMap } from '../src/engine/questions/maps';
import type { Question } from '../src/engine/questions/question';
import { createSession, type Session } from '../src/engine/session';
import { secondsOf } from '../src/program/costModel';
import { seededRandom } from '../src/tensor/random';
import { benchModels, type EmbeddedFiles } from './contributions';
import type { OurDevice } from './device';
import { ourMultiplier } from './peers/ours';
import { spread } from './race';
import { type Bench, type BenchOptions, failed, inShort, isWanted, type Outcome, rounded } from './report';

const maps = { in: inMap, out: outMap } as const;

export function planBench(device: OurDevice, embedded: EmbeddedFiles): Bench {
  return {
    name: 'plan',
    async run(options, report) {
      for (const { name, lengths, load } of benchModels) {
        const wanted = lengths.flatMap((length) =>
          (Object.keys(maps) as (keyof typeof maps)[])
            .map((map) => ({ length, map, title: `${name} L=${length} ${map}` }))
            .filter(({ title }) => isWanted('plan', title, options.only)),
        );
        if (wanted.length === 0) continue;
        const { program, weights } = await load(embedded);
        const session = await createSession(program, weights, device.backend);
        for (const { length, map, title } of wanted) {
          const outcome = await measure(device, session, length, maps[map], options).catch(failed);
          await report({ bench: 'plan', case: title, peer: 'measured', unit: 's', device: device.name, ...outcome });
        }
        session.dispose();
      }
    },
  };
}

/** A product timed before and after each pass: how much slower than priced it is tells what else the machine was doing then. */
const side = 256;

/** A round is one calibration and one pass, so that a change of the machine's load meets both; each run is new, so that nothing is kept from before. */
async function measure(
  { backend }: OurDevice,
  session: Session,
  length: number,
  compute: (question: Question, scope: { range: readonly [number, number]; gateRule: 'half' }) => Promise<TensorMap>,
  options: BenchOptions,
): Promise<Outcome> {
  const { program } = session;
  const random = seededRandom(length);
  const ids = Array.from({ length }, () => Math.floor(random() * program.vocab));
  const scope = { range: [0, program.blocks], gateRule: 'half' } as const;
  const rounds: {
    predicted: number;
    took: number;
    load: number;
    calibration: number;
    predictedBytes: number;
    bytes: number;
  }[] = [];
  const square = new Float32Array(side ** 2);
  const gemm = await ourMultiplier(backend).prepare({ m: side, k: side, n: side, a: square, b: square });
  await gemm.run(1);
  const product = async () => {
    const start = performance.now();
    await gemm.run(1);
    return (performance.now() - start) / 1000;
  };
  for (let round = 0; round <= options.rounds; round++) {
    const start = performance.now();
    const rates = await calibrate(backend);
    const calibration = (performance.now() - start) / 1000;
    const run = await session.run(ids, () => {});
    await backend.finish();
    const before = backend.memory().live;
    backend.resetPeak();
    const gemmBefore = await product();
    const asked = performance.now();
    const { plan } = await compute({ session, run, options: {}, rates }, scope);
    const took = (performance.now() - asked) / 1000;
    const bytes = backend.memory().peak - before;
    const priced = secondsOf([{ kind: 'product', size: 2 * side ** 3, dispatches: 1 }], 1, rates);
    const load = (gemmBefore + (await product())) / 2 / priced;
    // The first round compiles and makes buffers.
    if (round > 0)
      rounds.push({ predicted: plan.seconds!, took, load, calibration, predictedBytes: plan.peakBytes, bytes });
  }
  await gemm.free();
  const of = (value: (round: (typeof rounds)[number]) => number) => spread(rounds.map(value));
  const [predicted, took] = [of((round) => round.predicted), of((round) => round.took)];
  return {
    ours: rounded(predicted.median),
    peer_value: rounded(took.median),
    ratio: rounded(predicted.median / took.median),
    ratio_rounds: inShort(of((round) => round.predicted / round.took)),
    at_load_rounds: inShort(of(({ predicted, took, load }) => (predicted * load) / took)),
    bytes_ratio: rounded(of((round) => round.predictedBytes / round.bytes).median),
    peak_bytes: rounds[0]!.bytes,
    calibration_ms: rounded(1000 * of((round) => round.calibration).median),
  };
}
