// The `flow` bench: attention flow of all pairs, as the page computes it (one thread), against igraph's compiled push-relabel on the same matrices.
// Times are CPU seconds of each process, so that a busy machine matters less; both sides' values are compared, pair by pair. Node only.

import { cpus } from 'node:os';
import { attentionFlow } from '../src/attribution/flow';
import { seededRandom } from '../src/tensor/random';
import { type FlowProblem, type IgraphFlow, igraphFlow } from './peers/igraph';
import { type Spread, spread } from './race';
import { type Bench, type BenchOptions, failed, isWanted, type Outcome, rounded } from './report';

interface Case {
  readonly layers: number;
  readonly tokens: number;
  readonly causal: boolean;
}

const cases: readonly Case[] = [
  { layers: 12, tokens: 16, causal: true },
  { layers: 12, tokens: 32, causal: true },
  { layers: 12, tokens: 64, causal: true },
  { layers: 12, tokens: 64, causal: false },
  { layers: 12, tokens: 128, causal: true },
];

/** Largest relative difference of two exact methods in double precision: igraph sums some hundred capacities unrounded. */
const tolerance = 1e-9;
/** CPU seconds: past them igraph extrapolates from the pairs it has done. */
const peerBudget = 60;
/** A peer that takes longer has a single turn. */
const singleTurnSeconds = 5;

export const flowBench: Bench = {
  name: 'flow',
  async run(options, report) {
    for (const chosen of cases) {
      const { layers, tokens, causal } = chosen;
      const name = `${layers}x${tokens} ${causal ? 'causal' : 'bidirectional'}`;
      if (!isWanted('flow', name, options.only)) continue;
      const outcome = await measure(chosen, options).catch(failed);
      const device = `one thread, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
      await report({ bench: 'flow', case: name, peer: 'igraph', unit: 'maps / CPU s', device, ...outcome });
    }
  },
};

async function measure({ layers, tokens, causal }: Case, { rounds }: BenchOptions): Promise<Outcome> {
  const problem = { blocks: randomCapacities(layers, tokens, causal), tokens, causal };
  const { raw } = await attentionFlow(problem.blocks, tokens, causal); // compiled before it is timed
  const ours: number[] = [];
  const theirs: IgraphFlow[] = [];
  let absent = false;
  for (let round = 0; round < rounds; round++) {
    ours.push(await cpuSeconds(problem));
    if (absent || (theirs[0]?.cpuSeconds ?? 0) > singleTurnSeconds) continue;
    const peer = await igraphFlow(problem, peerBudget);
    if (peer) theirs.push(peer);
    else absent = true;
  }
  const own = spread(ours);
  const line = { ours: rounded(1 / own.median), ours_cpu_s: rounded(own.median), ours_cpu_s_range: range(own) };
  const [first] = theirs;
  if (!first)
    return { ...line, peer_value: null, ratio: null, note: 'python3 has no igraph (pip install igraph): ours only' };
  const difference = largestDifference(raw, first, tokens);
  if (!(difference < tolerance)) throw new Error(`ours and igraph differ: relative difference ${difference}`);
  const peer = spread(theirs.map(({ cpuSeconds }) => cpuSeconds));
  return {
    ...line,
    peer_value: rounded(1 / peer.median),
    ratio: rounded(peer.median / own.median),
    peer_cpu_s: rounded(peer.median),
    peer_cpu_s_range: range(peer),
    peer_version: first.version,
    pairs: first.pairs,
    peer_pairs_timed: first.pairsTimed,
    difference: rounded(difference),
    turns: [ours.length, theirs.length],
  };
}

const range = ({ min, max }: Spread) => [rounded(min), rounded(max)];

/** User and system time of this process, its compiler and collector included. */
async function cpuSeconds({ blocks, tokens, causal }: FlowProblem): Promise<number> {
  const start = process.cpuUsage();
  await attentionFlow(blocks, tokens, causal);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Relative to igraph's value, over the pairs that it has done. */
function largestDifference(raw: Float64Array, { flow }: IgraphFlow, tokens: number): number {
  let worst = 0;
  for (const [query, key, value] of flow) {
    const difference = Math.abs(raw[query * tokens + key]! - value) / Math.max(value, Number.MIN_VALUE);
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
  }
  return worst;
}

/** (A + I) / 2 with A = softmax of N(0, 2) scores: as sharp as the head average of a trained model. */
function randomCapacities(layers: number, tokens: number, causal: boolean): Float64Array[] {
  const random = seededRandom(1000 * layers + tokens);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: layers }, () => {
    const block = new Float64Array(tokens * tokens);
    for (let i = 0; i < tokens; i++) {
      const weights = Array.from({ length: causal ? i + 1 : tokens }, () => Math.exp(2 * normal()));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [j, weight] of weights.entries()) block[i * tokens + j] = (weight / total + (i === j ? 1 : 0)) / 2;
    }
    return block;
  });
}
