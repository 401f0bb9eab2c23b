// The `plan` bench: what the planner says of a pass before it runs, seconds and peak bytes, against what it then takes. Seconds are those that the page
// tells: the device is calibrated once, and from the second answer on the answers before have taught their pace; `calibrated` is without that.
// Checks no results: the other benches do.

import { calibrate } from '../src/engine/calibrate';
import { taught } from '../src/engine/deviceRates';
import type { Plan } from '../src/engine/protocol';
import { explain } from '../src/engine/questions/explained';
import { inMap, normMap, outMap } from '../src/engine/questions/maps';
import type { Question } from '../src/engine/questions/question';
import { rowOf } from '../src/engine/questions/row';
import { createSession, type Session } from '../src/engine/session';
import type { DeviceRates } from '../src/program/costModel';
import { seededRandom } from '../src/tensor/random';
import { benchModels, type EmbeddedFiles } from './contributions';
import type { OurDevice } from './device';
import { spread } from './race';
import { type Bench, type BenchOptions, failed, inShort, isWanted, type Outcome, rounded } from './report';

type Scope = { readonly range: readonly [number, number]; readonly gateRule: 'half' };
/** What is got ready before the clock starts, then what the plan prices. */
type Ask = (question: Question, scope: Scope) => Promise<() => Promise<{ readonly plan: Plan }>>;

const asks: Readonly<Record<string, Ask>> = {
  in: async (question, scope) => () => inMap(question, scope),
  out: async (question, scope) => () => outMap(question, scope),
  norm: async (question, scope) => () => normMap(question, scope),
  async row(question, scope) {
    const target = { token: question.run.trace.tokens - 1, class: null, direction: { kind: 'centred' } } as const;
    const explained = await explain(question, target, scope.range[1], String);
    return () => rowOf(question, scope, explained);
  },
};

interface Case {
  readonly length: number;
  readonly ask: Ask;
  readonly title: string;
}

/** An exact norm map pulls dModel cotangents for every token: a short prompt is work enough. */
const normLength = 4;

export function planBench(device: OurDevice, embedded: EmbeddedFiles): Bench {
  return {
    name: 'plan',
    async run(options, report) {
      let rates: DeviceRates | null = null; // one device: what a case teaches holds for the next
      for (const [at, { name, lengths, load }] of benchModels.entries()) {
        const asked = [
          ...lengths.flatMap((length) => ['in', 'out', 'row'].map((ask) => ({ length, ask }))),
          ...(at === 0 ? [{ length: normLength, ask: 'norm' }] : []),
        ];
        const wanted: Case[] = asked
          .map(({ length, ask }) => ({ length, ask: asks[ask]!, title: `${name} L=${length} ${ask}` }))
          .filter(({ title }) => isWanted('plan', title, options.only));
        if (wanted.length === 0) continue;
        const { program, weights } = await load(embedded);
        const session = await createSession(program, weights, device.backend);
        for (const one of wanted) {
          const told = { bench: 'plan', case: one.title, peer: 'measured', unit: 's', device: device.name };
          rates ??= await firstRates(device);
          const teach = (priced: number, took: number) => {
            rates = taught(rates!, priced, took);
          };
          const measured = await measure(device, session, one, () => rates!, teach, options).catch(failed);
          await report({ ...told, ...measured });
        }
        session.dispose();
      }
    },
  };
}

/** The page calibrates after the first answer, when everything has been compiled. */
async function firstRates({ backend }: OurDevice): Promise<DeviceRates> {
  await calibrate(backend);
  return calibrate(backend);
}

interface Round {
  /** Seconds: by the calibration alone, with the pace of the rounds before, and measured. */
  readonly calibrated: number;
  readonly predicted: number;
  readonly took: number;
  readonly calibration: number;
  readonly predictedBytes: number;
  readonly bytes: number;
}

/** Each run is new, so that nothing is kept from before. A calibration in every round shows how long it takes; its rates are not used. */
async function measure(
  { backend }: OurDevice,
  session: Session,
  { length, ask }: Case,
  ratesNow: () => DeviceRates,
  teach: (priced: number, took: number) => void,
  options: BenchOptions,
): Promise<Outcome> {
  const { program } = session;
  const random = seededRandom(length);
  const ids = Array.from({ length }, () => Math.floor(random() * program.vocab));
  const scope = { range: [0, program.blocks], gateRule: 'half' } as const;
  const rounds: Round[] = [];
  for (let round = 0; round <= options.rounds; round++) {
    const start = performance.now();
    await calibrate(backend);
    const calibration = (performance.now() - start) / 1000;
    const run = await session.run(ids, () => {});
    const rates = ratesNow();
    const answer = await ask({ session, run, options: {}, rates }, scope);
    await backend.finish();
    const before = backend.memory().live;
    backend.resetPeak();
    const asked = performance.now();
    const { plan } = await answer();
    const took = (performance.now() - asked) / 1000;
    const bytes = backend.memory().peak - before;
    if (round === 0) continue; // compiles and makes buffers
    const predicted = plan.seconds!;
    teach(predicted, took);
    const calibrated = predicted / (rates.pace ?? 1);
    rounds.push({ calibrated, predicted, took, calibration, predictedBytes: plan.peakBytes, bytes });
  }
  const of = (value: (round: Round) => number) => spread(rounds.map(value));
  const [predicted, took] = [of((round) => round.predicted), of((round) => round.took)];
  const ratio = predicted.median / took.median;
  const bytesRatio = of((round) => round.predictedBytes / round.bytes).median;
  return {
    ours: rounded(predicted.median),
    peer_value: rounded(took.median),
    ratio: rounded(ratio),
    'within_1.5': ratio < 1.5 && ratio > 1 / 1.5,
    ratio_rounds: inShort(of((round) => round.predicted / round.took)),
    calibrated_ratio_rounds: inShort(of((round) => round.calibrated / round.took)),
    'bytes_within_10%': Math.abs(bytesRatio - 1) <= 0.1,
    bytes_ratio: rounded(bytesRatio),
    peak_bytes: rounds[0]!.bytes,
    calibration_ms: rounded(1000 * of((round) => round.calibration).median),
    pace: rounded(ratesNow().pace ?? 1),
  };
}
