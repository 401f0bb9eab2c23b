// What every decoder of a relation says of the subjects that it was not made from: at every layer, and for other β.

import {
  constant,
  type Decoder,
  identity,
  type MeanOperator,
  operatorDecoder,
  randomOperator,
  ridge,
  type Sample,
  times,
  translation,
} from '../../analysis/relations/decoders';
import { decompose, truncated } from '../../analysis/relations/lowRank';
import { rateOf, type Trial } from '../../analysis/relations/rate';
import type { Split } from '../../analysis/relations/splits';
import type { Checkpoint } from '../../program/readings';
import { throwIfAborted } from '../../tensor/errors';
import { seededRandom } from '../../tensor/random';
import type {
  BetaScores,
  CallOptions,
  DecodedOperator,
  DecoderName,
  DecoderScore,
  Rate,
  RelationRequest,
  RelationScores,
} from '../protocol';
import { topTokens } from '../questions/readOut';
import type { FactPrompt } from '../questions/relationPrompts';
import type { SubjectVectors } from '../questions/relationRuns';
import type { Session } from '../session';

export const controls = [
  'ridge',
  'translation',
  'identity',
  'constant',
  'random',
] as const satisfies readonly DecoderName[];

/** A subject with what the model makes of it. */
export interface Seen extends SubjectVectors {
  readonly prompt: FactPrompt;
  /** The model's own answer. */
  readonly answer: number;
}

/** The mean operators of every kind, split, number of training subjects and layer. */
export interface Means {
  of(operator: DecodedOperator, split: number, training: number, layer: number): MeanOperator;
}

export const sampleOf = ({ s, o }: Seen, layer: number): Sample => ({ s: s.get(layer)!, o });

export interface Decoded {
  readonly scores: readonly RelationScores[];
  /** What each decoder says of a subject in the first split that tests it, at the request's layer. */
  firstSaid(subject: number): readonly (readonly [DecoderName, number])[];
}

export async function decodeAll(
  session: Session,
  { operators, layers, layer: chosen, training, beta, rank, seed }: RelationRequest,
  used: readonly Seen[],
  splits: readonly Split[],
  means: Means,
  checkpoint: Checkpoint,
  options: CallOptions,
): Promise<Decoded> {
  const most = Math.max(...training);
  const { dModel } = session.program;
  const decoderNames: readonly DecoderName[] = [...operators, ...controls];
  const said = new Map<number, (readonly [DecoderName, number])[]>();
  const scores: RelationScores[] = [];
  for (const layer of layers) {
    for (const count of training) {
      const vectors: Float64Array[] = [];
      const asked: Decoding[] = [];
      for (const [split, { order }] of splits.entries()) {
        throwIfAborted(options.signal);
        await session.backend.finish(); // lets a cancellation through
        const samples = order.slice(0, count).map((subject) => sampleOf(used[subject]!, layer));
        const random = randomOperator(
          means.of(operators[0]!, split, count, layer).w,
          samples,
          seededRandom(7919 * seed + split),
        );
        const decoders = new Map<DecoderName, Decoder>([
          ['ridge', ridge(samples)],
          ['translation', translation(samples)],
          ['identity', identity],
          ['constant', constant(samples)],
          ['random', operatorDecoder(random, beta)],
        ]);
        for (const operator of operators) {
          decoders.set(operator, operatorDecoder(cut(means.of(operator, split, count, layer), rank, dModel), beta));
        }
        for (const subject of order.slice(count)) {
          for (const decoder of decoderNames) {
            asked.push({ split, subject, decoder });
            vectors.push(decoders.get(decoder)!(sampleOf(used[subject]!, layer).s));
          }
        }
      }
      const answers = await topTokens(session, vectors, checkpoint);
      scores.push({ layer, training: count, decoders: scoresOf(decoderNames, asked, answers, used) });
      if (layer !== chosen || count !== most) continue;
      for (const [at, { subject, decoder }] of asked.entries()) {
        const sofar = said.get(subject) ?? [];
        if (sofar.some(([name]) => name === decoder)) continue; // an earlier split
        said.set(subject, [...sofar, [decoder, answers[at]!]]);
      }
    }
  }
  return { scores, firstSaid: (subject) => said.get(subject) ?? [] };
}

/** The decoders of other β from the same operators: nothing is run but the head. */
export async function sweepBetas(
  session: Session,
  { operators, layer, training, rank }: RelationRequest,
  betas: readonly number[],
  used: readonly Seen[],
  splits: readonly Split[],
  means: Means,
  checkpoint: Checkpoint,
): Promise<BetaScores[]> {
  const most = Math.max(...training);
  const parts: { readonly asked: Decoding; readonly image: Float64Array; readonly b: Float64Array }[] = [];
  for (const [split, { order }] of splits.entries()) {
    for (const decoder of operators) {
      const { w, b } = cut(means.of(decoder, split, most, layer), rank, session.program.dModel);
      for (const subject of order.slice(most)) {
        parts.push({ asked: { split, subject, decoder }, image: times(w, sampleOf(used[subject]!, layer).s), b });
      }
    }
  }
  const scores: BetaScores[] = [];
  for (const beta of betas) {
    const vectors = parts.map(({ image, b }) => b.map((value, d) => value + beta * image[d]!));
    const answers = await topTokens(session, vectors, checkpoint);
    const asked = parts.map((part) => part.asked);
    scores.push({ beta, decoders: scoresOf(operators, asked, answers, used) });
  }
  return scores;
}

/** What is decoded of one subject that the decoder was not made from. */
interface Decoding {
  readonly split: number;
  readonly subject: number;
  readonly decoder: DecoderName;
}

/** Against the model's own answers, and against the objects. */
function scoresOf(
  decoders: readonly DecoderName[],
  asked: readonly Decoding[],
  answers: ArrayLike<number>,
  used: readonly Seen[],
): DecoderScore[] {
  const rate = (decoder: DecoderName, right: (seen: Seen) => number): Rate => {
    const trials: Trial[] = [];
    for (const [at, { split, subject, ...own }] of asked.entries()) {
      if (own.decoder === decoder) trials.push({ split, subject, hit: answers[at] === right(used[subject]!) });
    }
    return rateOf(trials)!;
  };
  return decoders.map((decoder) => ({
    decoder,
    faithfulness: rate(decoder, ({ answer }) => answer),
    accuracy: rate(decoder, ({ prompt }) => prompt.object),
  }));
}

/** Its largest singular directions alone; `rank` null: all. */
function cut({ w, b }: MeanOperator, rank: number | null, dModel: number): Pick<MeanOperator, 'w' | 'b'> {
  return { w: rank === null ? w : truncated(decompose(w, dModel), rank), b };
}
