// The `forward` bench: one plain forward run, ids to logits of all tokens, against ONNX Runtime Web's variants of the same model. Ours records the
// frozen coefficients and keeps every residual stream, so the fair variant is the one that gives out all attention patterns. Everybody's logits are
// compared with float64 ones before anything is timed.

import { createReferenceBackend } from '../src/engine/backends/reference';
import { createSession, type Session } from '../src/engine/session';
import { headPath } from '../src/program/path';
import { push } from '../src/program/readings';
import { runProgram } from '../src/program/run';
import { relativeError } from '../src/tensor/compare';
import { seededRandom } from '../src/tensor/random';
import type { OurDevice } from './device';
import { type BenchModel, type RandomModel, randomGpt2 } from './models';
import { type Entry, type Lap, race, spread, timeRatio } from './race';
import {
  type Bench,
  type BenchLine,
  type BenchOptions,
  failed,
  inShort,
  isWanted,
  type Outcome,
  rounded,
} from './report';

interface Case extends RandomModel {
  readonly name: string;
  readonly seed: number;
}

const cases: readonly Case[] = [
  { name: 'gpt2 4x128 L=32', blocks: 4, dModel: 128, heads: 4, vocab: 512, context: 32, seed: 4128 },
  { name: 'gpt2 6x384 L=64', blocks: 6, dModel: 384, heads: 6, vocab: 8192, context: 64, seed: 6384 },
];

/** A run of the large model takes seconds on a software adapter: it gets as many rounds as the budget allows, and one turn only past this. */
const singleTurnMs = 60_000;

/** Six blocks in float32 end near 1e-6; a wrong kernel is off by about 1. */
const tolerance = 1e-4;

/** Somebody with the model on the device: nothing is uploaded or read back under the clock, but for the ids. */
export interface PreparedForward extends Entry {
  read(): Promise<ArrayLike<number>>; // logits [token, vocab]
  free(): Promise<void> | void;
}

export interface ForwardPeer {
  readonly name: string;
  prepare(model: BenchModel, ids: readonly number[]): Promise<PreparedForward>;
}

interface Contestant {
  readonly prepared: PreparedForward;
  readonly error: number;
}

/** Without peers (in Node) ours is timed alone. */
export function forwardBench(device: OurDevice, peers: readonly ForwardPeer[]): Bench {
  return {
    name: 'forward',
    async run(options, report) {
      for (const { name, seed, ...sizes } of cases) {
        if (!isWanted('forward', name, options.only)) continue;
        const line = { bench: 'forward', case: name, unit: 'runs / s', device: device.name };
        const outcomes = await raceForward(device, peers, randomGpt2(sizes, seed), options).catch(
          (error) => new Map([['all', failed(error)]]),
        );
        for (const [peer, outcome] of outcomes) await report({ ...line, peer, ...outcome } satisfies BenchLine);
      }
    },
  };
}

async function raceForward(
  { backend }: OurDevice,
  peers: readonly ForwardPeer[],
  model: BenchModel,
  options: BenchOptions,
): Promise<Map<string, Outcome>> {
  const { program, weights } = model;
  const random = seededRandom(program.contextLength);
  const ids = Array.from({ length: program.contextLength }, () => Math.floor(random() * program.vocab));
  const expected = await float64Logits(model, ids);
  const session = await createSession(program, weights, backend);
  const outcomes = new Map<string, Outcome>();
  const inRace = new Map<string, Contestant>();
  try {
    const ours = await checked(ourForward(session, ids), expected);
    for (const peer of peers) {
      try {
        inRace.set(peer.name, await checked(await peer.prepare(model, ids), expected));
      } catch (error) {
        outcomes.set(peer.name, failed(error));
      }
    }
    const contestants = [ours, ...inRace.values()];
    const [ourLap, ...laps] = await race(
      contestants.map(({ prepared }) => prepared),
      { ...options, singleTurnMs: Math.max(options.singleTurnMs, singleTurnMs) },
    );
    for (const [at, [name, peer]] of [...inRace].entries())
      outcomes.set(name, compare(ourLap!, laps[at]!, ours.error, peer.error));
    if (peers.length === 0) outcomes.set('none', alone(ourLap!, ours.error));
  } finally {
    for (const { prepared } of inRace.values()) await prepared.free();
    session.dispose();
  }
  return outcomes;
}

/** The `run` reading as the engine calls it, and the head on all tokens. */
function ourForward(session: Session, ids: readonly number[]): PreparedForward {
  const { backend, program } = session;
  const context = session.context('half');
  const path = headPath(program);
  async function forward<T>(use: (logits: Awaited<ReturnType<typeof push>>) => Promise<T> | T): Promise<T> {
    const trace = await runProgram(context, program, ids, () => {});
    try {
      const logits = await push(
        context,
        path,
        (name) => trace.frozen.get(name) ?? {},
        trace.output,
        true,
        () => {},
      );
      const result = await use(logits);
      backend.free(logits.data);
      return result;
    } finally {
      trace.dispose();
    }
  }
  return {
    async run(times) {
      for (let i = 0; i < times; i++) await forward(() => {});
      await backend.finish();
    },
    read: () => forward((logits) => backend.read(logits.data)),
    free() {},
  };
}

async function float64Logits({ program, weights }: BenchModel, ids: readonly number[]): Promise<ArrayLike<number>> {
  const session = await createSession(program, weights, createReferenceBackend());
  try {
    return await ourForward(session, ids).read();
  } finally {
    session.dispose();
  }
}

/** Throws when a logit is wrong or not a number. The check is also the run that compiles everything. */
async function checked(prepared: PreparedForward, expected: ArrayLike<number>): Promise<Contestant> {
  await prepared.run(1);
  const error = relativeError(await prepared.read(), expected);
  if (!(error < tolerance)) {
    await prepared.free();
    throw new Error(`wrong logits: relative error ${error}`);
  }
  return { prepared, error };
}

const perSecond = (ms: number) => rounded(1000 / ms);
const range = ({ min, max }: { min: number; max: number }) => [rounded(min), rounded(max)];

function compare(ours: Lap, peer: Lap, oursError: number, peerError: number): Outcome {
  const { ratio, rounds } = timeRatio(peer, ours); // rates are the reciprocals of times
  const [a, b] = [spread(ours.turns), spread(peer.turns)];
  return {
    ours: perSecond(a.median),
    peer_value: perSecond(b.median),
    ratio: rounded(ratio),
    ratio_rounds: inShort(rounds),
    ours_ms: rounded(a.median),
    ours_ms_range: range(a),
    peer_ms: rounded(b.median),
    peer_ms_range: range(b),
    turns: [ours.turns.length, peer.turns.length],
    repetitions: [ours.repetitions, peer.repetitions],
    ours_error: rounded(oursError),
    peer_error: rounded(peerError),
  };
}

function alone(ours: Lap, error: number): Outcome {
  const own = spread(ours.turns);
  return {
    ours: perSecond(own.median),
    peer_value: null,
    ratio: null,
    note: 'the peers run in a browser only',
    ours_ms: rounded(own.median),
    ours_ms_range: range(own),
    turns: [ours.turns.length],
    repetitions: [ours.repetitions],
    ours_error: rounded(error),
  };
}
