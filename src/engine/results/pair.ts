// T_ij as a result: the matrix, its singular values, and its strongest singular directions read as tokens.

import { type SingularTriples, singularTriples } from '../../attribution/singular';
import type { PairRequest, PairResult, ScoredToken, SingularDirection } from '../protocol';
import { topOf } from '../questions/logits';
import { type Scores, tokensRead, tokensWritten } from '../questions/neighbours';
import { checkToken } from '../questions/question';
import { pairOf, sliceOf } from '../questions/slice';
import { ofOperator, provenanceOf, type Subject } from './subject';

/** Tokens listed at each end of a direction. */
const listed = 6;
const mostDirections = 16;

export async function pairResult(subject: Subject, request: PairRequest): Promise<PairResult> {
  const { question } = subject;
  const { dModel } = question.session.program;
  const { token, source, range, gateRule } = request;
  checkToken(question, source, 'input token');
  const slice = await sliceOf(question, request, token);
  const pair = pairOf(slice, source);
  const count = Math.min(Math.max(1, request.directions), mostDirections, dModel);
  const triples = singularTriples(pair, dModel, count);
  const { values } = triples;
  const directions = await readDirections(subject, triples, { source, token, to: range[1] });
  let trace = 0;
  for (let d = 0; d < dModel; d++) trace += pair[d * dModel + d]!;
  const channels = { name: 'dModel', length: dModel } as const;
  return {
    token,
    source,
    matrix: { data: pair, rows: channels, cols: channels, unit: 'T_ij[d, e]', signed: true, causal: false },
    singularValues: Float32Array.from(values),
    directions,
    trace,
    frobenius: Math.sqrt(pair.reduce((sum, value) => sum + value * value, 0)),
    provenance: provenanceOf(subject, {
      range,
      gateRule,
      formula: `T_ij = T[i, :, j, :]${ofOperator(request.operator)}`,
      plan: slice.plan,
    }),
  };
}

/** Singular directions of an operator from `source` to `token`, read as tokens; what leaves it is read out after block `to` − 1. */
export async function readDirections(
  subject: Pick<Subject, 'question' | 'tokenizer' | 'names'>,
  { values, inputs, outputs }: SingularTriples,
  { source, token, to }: { readonly source: number; readonly token: number; readonly to: number },
): Promise<SingularDirection[]> {
  const { question, tokenizer, names } = subject;
  const { vocab, classes } = question.session.program;
  const joined = (directions: readonly Float64Array[]) => directions.flatMap((direction) => [...direction]);
  const reads = await tokensRead(question, joined(inputs), inputs.length, source);
  const writes = await tokensWritten(question, joined(outputs), outputs.length, token, to);
  const spell = (id: number) => tokenizer.describe(id).piece;
  const ends = (scores: Scores | null, k: number, size: number, word: (id: number) => string) =>
    scores ? endsOf(scores.subarray(k * size, (k + 1) * size), word) : noEnds;
  return inputs.map((_, k) => ({
    value: values[k]!,
    reads: ends(reads, k, vocab, spell),
    writes: ends(writes, k, classes, names.word),
  }));
}

type Ends = [readonly ScoredToken[], readonly ScoredToken[]];
/** Where there are no rows to compare a direction with. */
const noEnds: Ends = [[], []];

function endsOf(scores: Scores, word: (id: number) => string): Ends {
  const scored = (id: number) => ({ id, piece: word(id), score: scores[id]! });
  const highest = topOf(scores, listed);
  const lowest = topOf(
    scores.map((score) => -score),
    listed,
  );
  return [highest.map(scored), lowest.map(scored)];
}
