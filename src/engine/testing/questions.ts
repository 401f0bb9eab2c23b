// Every kind of question that the engine answers about a run, each as a function that gives its numbers. For tests that go over all of them.

import type { Engine } from '../engine';
import type { CallOptions, Scope, Target } from '../protocol';

export interface AskedQuestion {
  readonly name: string;
  /** Numbers of the answer, array by array. */
  ask(engine: Engine, options?: CallOptions): Promise<readonly ArrayLike<number>[]>;
}

/** For a model that is not a classifier, with `blocks` blocks, on a run of at least `token` + 1 tokens. */
export function allQuestions(blocks: number, token: number): readonly AskedQuestion[] {
  const scope: Scope = { range: [0, blocks], gateRule: 'half' };
  const target: Target = { token, class: null, direction: { kind: 'centred' } };
  const map = (name: 'in' | 'in_out' | 'out' | 'norm'): AskedQuestion => ({
    name: `map ${name}`,
    ask: async (engine, options) => [(await engine.map({ map: name, ...scope }, options)).matrix.data],
  });
  const attention = (name: 'rollout' | 'flow'): AskedQuestion => ({
    name: `map ${name}`,
    ask: async (engine, options) => [(await engine.map({ map: name, range: scope.range }, options)).matrix.data],
  });
  const layers = (kind: 'from' | 'upTo'): AskedQuestion => ({
    name: `layers ${kind}`,
    async ask(engine, options) {
      const { matrix, bias, total } = await engine.layers({ target, gateRule: scope.gateRule, kind }, options);
      return [matrix.data, bias, total];
    },
  });
  return [
    {
      name: 'row',
      async ask(engine, options) {
        const { contributions, bias, total } = await engine.row({ ...scope, targets: [target] }, options);
        return [contributions, [bias, total]];
      },
    },
    map('in'),
    map('in_out'),
    map('out'),
    {
      name: 'map in_class',
      async ask(engine, options) {
        const { direction } = target;
        const { matrix, bias } = await engine.map({ map: 'in_class', class: null, direction, ...scope }, options);
        return [matrix.data, bias!];
      },
    },
    map('norm'),
    attention('rollout'),
    attention('flow'),
    {
      name: 'slice',
      async ask(engine, options) {
        const { slice, norms } = await engine.slice({ ...scope, token, target }, options);
        return [slice, norms];
      },
    },
    {
      name: 'pair',
      async ask(engine, options) {
        const pair = await engine.pair({ ...scope, token, source: 1, directions: 2 }, options);
        return [pair.matrix.data, pair.singularValues];
      },
    },
    layers('from'),
    layers('upTo'),
    {
      name: 'checkLogits',
      ask: async (engine, options) => [[(await engine.checkLogits(null, options)).error!]],
    },
  ];
}
