// The run against another program: logits (of a model without a head: the last hidden states) beside those that ONNX Runtime computes from the
// hub's own export of the model.

import { logitRowsOf } from '../../program/program';
import { relativeError } from '../../tensor/compare';
import { UserError } from '../../tensor/errors';
import type { OnnxModel, OnnxOutput } from '../onnx/runtime';
import type { OnnxCheck } from '../protocol';
import { modelLogits, topOf } from './logits';
import type { Question } from './question';

export async function checkOnnx(question: Question, model: OnnxModel): Promise<OnnxCheck> {
  const { run } = question;
  const started = performance.now();
  const theirs = await model.run(run.input);
  const seconds = (performance.now() - started) / 1000;
  const ours = await ownNumbers(question, theirs);
  if (ours.length !== theirs.data.length) {
    throw new UserError(
      'bad-model',
      `The ONNX file gives ${theirs.name} of ${theirs.data.length} numbers, this model ${ours.length}: they are not the same model.`,
    );
  }
  return { ...compared(ours, theirs), seconds };
}

/** Rows as the export has them: a token each, or the one of a classifier. */
async function ownNumbers(question: Question, { name }: OnnxOutput): Promise<ArrayLike<number>> {
  const { session, run } = question;
  const { program, backend } = session;
  if (name === 'last_hidden_state') return backend.read(run.trace.output.data);
  const rows = logitRowsOf(program, run.trace.tokens);
  return rows === 0 ? [] : modelLogits(question, 0, rows);
}

/** How far two arrays of the same length are apart. */
export function compared(ours: ArrayLike<number>, { name, data, dims }: OnnxOutput): Omit<OnnxCheck, 'seconds'> {
  let largest = 0;
  for (let at = 0; at < data.length; at++) largest = Math.max(largest, Math.abs(ours[at]! - data[at]!));
  const width = dims.at(-1)!;
  const rows = data.length / width;
  const firstOf = (values: ArrayLike<number>, row: number) =>
    topOf(Array.prototype.slice.call(values, row * width, (row + 1) * width), 1)[0];
  const same = Array.from({ length: rows }, (_, row) => firstOf(ours, row) === firstOf(data, row)).filter(Boolean);
  return {
    compared: name === 'logits' ? 'logits' : 'hidden states',
    error: relativeError(ours, data),
    largest,
    rows,
    sameFirst: name === 'logits' ? same.length : null,
  };
}
