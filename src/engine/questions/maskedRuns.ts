// The prompt run again with tokens masked, variant by variant. Of every variant one row of y comes back from the device; the rows of many variants
// go through the head together, so that a vocabulary-sized matrix is read once for all of them. What leaves this file are probabilities.

import { isPixels, type Pixels, type RunInput } from '../../program/input';
import { frozenHead, headPath } from '../../program/path';
import { type PassCost, runCost } from '../../program/planner';
import type { ImageShape } from '../../program/program';
import { push } from '../../program/readings';
import { runAlong, runProgram } from '../../program/run';
import { refuseOver, rowsAtOnce } from '../budget';
import type { Plan } from '../protocol';
import { logSumExp, tokensBehind, topOf } from './logits';
import { checkpointOf, contextOf, planOf, type Question, readAndFree } from './question';

/** What stands in a masked token's place: a token of the vocabulary, or nothing (a zero embedding, a patch of zeros). */
export type Substitute = number | 'zero';

export interface MaskedRuns {
  readonly token: number;
  readonly class: number;
  readonly foils: readonly number[];
  readonly substitute: Substitute;
  readonly variants: readonly (readonly number[])[];
}

export interface MaskedAnswers {
  readonly logProbabilities: Float64Array; // [variant]
  readonly tops: Int32Array; // [variant]
  readonly foils: Float64Array; // [variant, foil]
}

/** Rows of y under way at once: they are read back while the next variants are encoded. */
const rowsUnderWay = 16;

/** Price of so many masked runs; the head is left out, which is small beside them. */
export async function maskedPlan(question: Question, variants: number): Promise<Plan> {
  const one = await maskedRunCost(question);
  const work = one.work.map(({ kind, size, dispatches }) => ({ kind, size, dispatches: dispatches * variants }));
  const { peakBytes } = one;
  const pass = { flops: one.flops * variants, peakBytes, work, streamed: one.streamed * variants };
  return planOf(question, [pass], `the model run ${variants} times more, with tokens masked`);
}

async function maskedRunCost({ session, run }: Question): Promise<PassCost> {
  const { program, backend } = session;
  const cost = await runCost(program, run.trace.tokens, backend.bytesPerNumber, { outputOnly: true });
  return { ...cost, streamed: session.streaming?.bytesOf(program.ops) ?? 0 };
}

/** UserError 'over-budget' when one more run does not fit beside the first. */
export async function maskedRuns(question: Question, request: MaskedRuns): Promise<MaskedAnswers> {
  const { session } = question;
  const { program } = session;
  const { variants, foils } = request;
  const plan = await maskedPlan(question, variants.length);
  refuseOver(session.passBytes(), plan.peakBytes, 'A masked run', 'Use a shorter prompt.');
  const checkpoint = checkpointOf(question, 'masked runs', plan);
  const answers: MaskedAnswers = {
    logProbabilities: new Float64Array(variants.length),
    tops: new Int32Array(variants.length),
    foils: new Float64Array(variants.length * foils.length),
  };
  const note = (variant: number, logits: ArrayLike<number>) => {
    const total = logSumExp(logits);
    answers.logProbabilities[variant] = logits[request.class]! - total;
    answers.tops[variant] = topOf(logits, 1)[0]!;
    for (const [at, foil] of foils.entries()) answers.foils[variant * foils.length + at] = logits[foil]! - total;
  };
  // A classifier's head may read every token of y: its variants pass one by one.
  const batch = program.reads === null ? Math.min(rowsUnderWay, rowsAtOnce(program.classes)) : 1;
  for (let first = 0; first < variants.length; first += batch) {
    const rows = await outputsOf(question, request, variants.slice(first, first + batch), checkpoint);
    const logits = await logitsOf(question, rows);
    const { classes } = program;
    for (let at = 0; at * classes < logits.length; at++) {
      note(first + at, logits.subarray(at * classes, (at + 1) * classes));
    }
  }
  return answers;
}

/** What the head reads of y in every variant, rows one below the other: [rows, dModel]. */
async function outputsOf(
  question: Question,
  { token, substitute }: MaskedRuns,
  variants: readonly (readonly number[])[],
  checkpoint: (flops: number) => Promise<void> | void,
): Promise<Float64Array> {
  const { session, run } = question;
  const { program, backend } = session;
  const [first, count] = tokensBehind(question, token, 1);
  const reads: Promise<Float32Array | Float64Array>[] = [];
  try {
    for (const positions of variants) {
      const { input, zeroed } = masked(run.input, positions, substitute, program.image, run.trace.tokens);
      const trace = await runProgram(session.context('half'), program, input, checkpoint, {
        zeroed,
        outputOnly: true,
      });
      reads.push(backend.read(trace.output.data));
      trace.dispose();
    }
  } catch (error) {
    await Promise.allSettled(reads);
    throw error;
  }
  const rows = new Float64Array(variants.length * count * program.dModel);
  for (const [at, output] of (await Promise.all(reads)).entries()) {
    const from = first * program.dModel;
    rows.set(output.subarray(from, from + count * program.dModel), at * count * program.dModel);
  }
  return rows;
}

/** Rows of y through the head, which freezes anew for them: [row, class]. */
async function logitsOf(question: Question, rows: Float64Array): Promise<Float32Array | Float64Array> {
  const { session } = question;
  const { program, backend } = session;
  const { dModel, logitSoftCap } = program;
  const context = contextOf(question, 'half');
  const tokens = rows.length / dModel;
  const data = backend.upload(rows, [tokens, 1, dModel], 'masked rows to read out');
  const start = { firstToken: 0, tokens, columns: 1, channels: dModel, data };
  const head = runAlong(context, frozenHead(program)!, start);
  const owned = new Set([...head.frozen.values()].flatMap((arrays) => Object.values(arrays)));
  if (head.value.data !== data) owned.add(head.value.data);
  try {
    const logits = await push(
      context,
      headPath(program),
      (name) => head.frozen.get(name) ?? {},
      start,
      true,
      () => {},
    );
    const [values] = await readAndFree(backend, [logits.data]);
    return logitSoftCap === null ? values! : values!.map((logit) => logitSoftCap * Math.tanh(logit / logitSoftCap));
  } finally {
    for (const array of owned) backend.free(array);
    backend.free(data);
  }
}

/** The input with tokens masked; `zeroed` are tokens whose embedding the run itself must leave out. */
function masked(
  input: RunInput,
  positions: readonly number[],
  substitute: Substitute,
  image: ImageShape | null,
  tokens: number,
): { input: RunInput; zeroed: readonly number[] } {
  if (isPixels(input)) return { input: withoutPatches(input, positions, image!, tokens), zeroed: [] };
  if (substitute === 'zero') return { input, zeroed: positions };
  const gone = new Set(positions);
  return { input: input.map((id, at) => (gone.has(at) ? substitute : id)), zeroed: [] };
}

/** Patches set to zero, which is the mean colour once normalised. Patches are an image's last tokens, row by row. */
export function withoutPatches(
  { shape, data }: Pixels,
  positions: readonly number[],
  { channels, side, patch }: ImageShape,
  tokens: number,
): Pixels {
  const across = side / patch;
  const own = tokens - across ** 2;
  const left = Float32Array.from(data);
  for (const position of positions) {
    const [row, column] = [Math.floor((position - own) / across), (position - own) % across];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = row * patch; y < (row + 1) * patch; y++) {
        const start = (channel * side + y) * side + column * patch;
        left.fill(0, start, start + patch);
      }
    }
  }
  return { shape, data: left };
}
