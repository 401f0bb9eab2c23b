// x_j · u_c: the embedding of every input token against the unembedding of one class. No network in between: a control that finds the predicted
// word in the text, and nothing else. With tied embeddings it is the likeness of two words.

import { linearPath } from '../../program/path';
import { pull } from '../../program/readings';
import { UserError } from '../../tensor/errors';
import { contextOf, freeing, type Question, readAndFree } from './question';

/** [source]. UserError where the unembedding reads vectors of another width than the embedding has, or there is none. */
export async function wordMatch(question: Question, chosen: number): Promise<Float32Array> {
  const { session, run } = question;
  const { program, backend } = session;
  const { classes, dModel, logits } = program;
  const unembed = program.ops.find((op) => op.kind === 'unembed');
  if (logits === null || !unembed || unembed.weight.inputs !== dModel) {
    throw new UserError(
      'bad-request',
      'This model’s words are not unembedded from vectors as wide as its embeddings: there is no word match.',
    );
  }
  if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < classes)) {
    throw new UserError('bad-request', `There is no class ${chosen}: this model has ${classes}, 0 to ${classes - 1}.`);
  }
  const oneHot = new Float32Array(classes);
  oneHot[chosen] = 1;
  const data = backend.upload(oneHot, [1, 1, classes], 'one class');
  const start = { firstToken: 0, tokens: 1, columns: 1, channels: classes, data };
  const path = linearPath(program, unembed.input, unembed.output);
  const u = await freeing(backend, start, () =>
    pull(
      contextOf(question, 'half'),
      path,
      () => ({}),
      start,
      () => {},
    ),
  );
  const [direction] = await readAndFree(backend, [u.data]);
  const x = await backend.read(run.trace.hidden[0]!.data);
  return Float32Array.from({ length: run.trace.tokens }, (_, token) => {
    let sum = 0;
    for (let channel = 0; channel < dModel; channel++) sum += x[token * dModel + channel]! * direction![channel]!;
    return sum;
  });
}
