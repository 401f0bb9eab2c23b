// What relation decoding asks of the model: the subject's and the object's vectors of a prompt with the model's own answer, operators between the two,
// and the answer after the subject's vector has been edited. Every prompt is a run beside the latest one.

import type { Operator } from '../../analysis/relations/decoders';
import type { Checkpoint } from '../../program/readings';
import type { ActiveRun } from '../activeRun';
import type { CallOptions, DecodedOperator, GateRule } from '../protocol';
import type { Session } from '../session';
import { modelLogits, topOf } from './logits';
import { type OperatorPlan, operatorsAt } from './operators';
import type { Question } from './question';
import type { FactPrompt } from './relationPrompts';

export interface SubjectVectors {
  /** Residual stream at the subject's last token, before every asked block: [dModel] each. */
  readonly s: ReadonlyMap<number, ArrayLike<number>>;
  /** The same at the last token, after the last block. */
  readonly o: ArrayLike<number>;
  /** The model's own logits after the prompt. */
  readonly logits: Float64Array;
}

export interface RelationRuns {
  vectors(prompt: FactPrompt, layers: readonly number[]): Promise<SubjectVectors>;
  /** One operator a layer. */
  operators(
    prompt: FactPrompt,
    operator: DecodedOperator,
    layers: readonly number[],
    plan: OperatorPlan,
  ): Promise<readonly Operator[]>;
  /** The model's answer with `change` [dModel] added to the subject's vector before block `layer`. */
  edited(prompt: FactPrompt, layer: number, change: ArrayLike<number>): Promise<number>;
  /** Runs the prompt and asks something else of it. */
  ask<T>(prompt: FactPrompt, use: (question: Question) => Promise<T>): Promise<T>;
}

export function relationRuns(
  session: Session,
  options: CallOptions,
  rule: GateRule,
  checkpoint: Checkpoint,
): RelationRuns {
  const { backend, program } = session;
  const { dModel, blocks } = program;
  const ask = <T>({ ids }: FactPrompt, use: (question: Question) => Promise<T>) =>
    session.apart(ids, checkpoint, (run) => use({ session, run, options }));
  const rowOf = async (run: ActiveRun, layer: number, token: number) =>
    (await backend.read(run.trace.hidden[layer]!.data)).slice(token * dModel, (token + 1) * dModel);
  return {
    ask,
    vectors: (prompt, layers) =>
      ask(prompt, async (question) => {
        const last = prompt.ids.length - 1;
        const [o, logits, ...subjects] = await Promise.all([
          rowOf(question.run, blocks, last),
          modelLogits(question, last, 1),
          ...layers.map((layer) => rowOf(question.run, layer, prompt.source)),
        ]);
        return { s: new Map(layers.map((layer, at) => [layer, subjects[at]!])), o: o!, logits: logits! };
      }),
    operators: (prompt, operator, layers, plan) =>
      ask(prompt, (question) => {
        const tokens = prompt.ids.length;
        const place = { operator, tokens, token: tokens - 1, source: prompt.source, rule };
        return operatorsAt(question, place, layers, plan, checkpoint);
      }),
    edited: async (prompt, layer, change) => {
      const data = backend.upload(change, [1, 1, dModel], 'change of the subject');
      const delta = { firstToken: prompt.source, tokens: 1, columns: 1, channels: dModel, data };
      const name = program.hidden[layer];
      try {
        return await session.apart(
          prompt.ids,
          checkpoint,
          async (run) => topOf(await modelLogits({ session, run, options }, prompt.ids.length - 1, 1), 1)[0]!,
          { outputOnly: true, edit: (output, value) => (output === name ? backend.add(value, delta) : value) },
        );
      } finally {
        backend.free(data);
      }
    },
  };
}
