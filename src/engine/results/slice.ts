// The exact 3-D slice of an output token and its three contractions.

import { completenessError } from '../../attribution/conservation';
import { readsToken } from '../../program/program';
import type { Matrix } from '../../tensor/matrix';
import type { SliceRequest, SliceResult } from '../protocol';
import { biasOf } from '../questions/bias';
import { explain, outputDirections } from '../questions/explained';
import { outputReadOut } from '../questions/question';
import { contributionsOf, normsOf, readAlong, type Slice, sliceOf } from '../questions/slice';
import { ofOperator, provenanceOf, type Subject, tokenAxis, wordOf } from './subject';

export async function sliceResult(subject: Subject, request: SliceRequest): Promise<SliceResult> {
  const { question } = subject;
  const { session, run } = question;
  const { dModel, blocks, logits } = session.program;
  const { token, range, gateRule, target } = request;
  const slice = await sliceOf(question, request, token);
  const readOut = outputReadOut(question, range);
  const output = readOut === 'output' ? run.trace.output : run.trace.hidden[range[1]]!;
  const x = await session.backend.read(run.trace.hidden[range[0]]!.data);
  const outputs = await session.backend.read(output.data);
  const y = outputs.subarray(token * dModel, (token + 1) * dModel);
  const bias = (await biasOf(question, request, readOut)).subarray(token * dModel, (token + 1) * dModel);
  const contributions = contributionsOf(slice, x);
  // Another operator than T does not account for the output: what it leaves over is no error of the computation.
  const isTensor = (request.operator ?? 'tensor') === 'tensor';

  // A class direction belongs to the output after the final norm: a slice that ends earlier has none, nor has a model without a head.
  const aimed = logits !== null && range[1] === blocks;
  const explained = target && aimed ? await explain(question, target, range[1], wordOf(subject)) : null;
  const u = explained && directionAt(await outputDirections(question, range[1], [explained]), subject, token);
  return {
    token,
    dModel,
    slice: slice.data.slice(), // results are transferred to the page, the session keeps its own
    contributions: channelsBySource(subject, contributions, dModel),
    readOut: sourceByChannels(subject, readAlong(slice, y), dModel, 'Σ_d y_d T[i, d, j, e]'),
    classDirection: u && sourceByChannels(subject, readAlong(slice, u), dModel, 'Σ_d u_d T[i, d, j, e]'),
    norms: normsOf(slice),
    fidelity: {
      completeness: isTensor ? completenessError(summed(slice, contributions), bias, y) : null,
      conservation: null,
    },
    provenance: provenanceOf(subject, {
      range,
      gateRule,
      formula: `T[i, d, j, e]${ofOperator(request.operator)}`,
      plan: slice.plan,
      ...(explained && { direction: explained.direction.words }),
    }),
  };
}

/** u at the slice's token: of a classifier one for every token, of which those that its head does not read are zero. */
function directionAt(directions: Float64Array, { question }: Subject, token: number): Float64Array | null {
  const { program } = question.session;
  if (program.reads === null) return directions;
  return readsToken(program, token) ? directions.subarray(token * program.dModel, (token + 1) * program.dModel) : null;
}

/** Σ_j over sources: [dModel]. */
function summed({ tokens, dModel }: Slice, contributions: Float32Array): Float64Array {
  return Float64Array.from({ length: dModel }, (_, d) => {
    let sum = 0;
    for (let j = 0; j < tokens; j++) sum += contributions[d * tokens + j]!;
    return sum;
  });
}

function channelsBySource(subject: Subject, data: Float32Array, dModel: number): Matrix {
  const rows = { name: 'dModel', length: dModel } as const;
  return {
    data,
    rows,
    cols: tokenAxis(subject, 'source'),
    unit: 'Σ_e T[i, d, j, e] x[j, e]',
    signed: true,
    causal: false,
  };
}

function sourceByChannels(subject: Subject, data: Float32Array, dModel: number, unit: string): Matrix {
  const cols = { name: 'dModel', length: dModel } as const;
  return { data, rows: tokenAxis(subject, 'source'), cols, unit, signed: true, causal: false };
}
