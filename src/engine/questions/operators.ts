// One block of the tensor, or of the Jacobian, for many layer ranges at once: T^(l → N)[token, :, source, :] [output channel d, input channel e], from
// the residual stream before block l to that after the last block, before any final norm. Two ways to it: unit vectors pulled from the output pass
// every l on their way; unit vectors pushed from the source touch only the tokens from it on. The cheaper one is taken; a Jacobian is pulled.

import type { DeviceArray, Signal } from '../../program/backend';
import { gradientCost } from '../../program/gradientCost';
import { gradientPath } from '../../program/gradientPath';
import { rangePath } from '../../program/path';
import { columnsWithin, type PassCost, type PassRequest, pullCost, pushCost } from '../../program/planner';
import { type Checkpoint, push } from '../../program/readings';
import type { DecodedOperator, GateRule } from '../protocol';
import { gateShares, type Session } from '../session';
import { backwardOf, ruleOf } from './backward';
import { contextOf, type Question, readAndFree } from './question';

export interface OperatorPlan {
  readonly way: 'push' | 'pull';
  readonly costs: readonly PassCost[];
  readonly width: number;
}

/** Where an operator leads from and to, in a prompt of so many tokens. */
export interface OperatorPlace {
  readonly operator: DecodedOperator;
  readonly tokens: number;
  readonly token: number;
  readonly source: number;
  readonly rule: GateRule;
}

export async function planOperators(
  session: Session,
  place: OperatorPlace,
  layers: readonly number[],
): Promise<OperatorPlan> {
  const pulled = await planOf('pull', session, [await pulledFrom(session, place, Math.min(...layers))]);
  if (place.operator === 'jacobian') return pulled;
  const pushed = await planOf(
    'push',
    session,
    layers.map((layer) => (columns) => pushCost(requestFrom(session, place, layer), place.source, columns)),
  );
  const flops = ({ costs }: OperatorPlan) => costs.reduce((sum, cost) => sum + cost.flops, 0);
  return flops(pushed) < flops(pulled) ? pushed : pulled;
}

type CostOf = (columns: number) => Promise<PassCost>;

async function pulledFrom(session: Session, place: OperatorPlace, layer: number): Promise<CostOf> {
  const { program, backend, streaming } = session;
  if (place.operator === 'tensor') {
    const request = requestFrom(session, place, layer);
    return (columns) => pullCost(request, place.token, 1, columns);
  }
  const path = gradientPath(program, layer, program.blocks, 'none', ruleOf(place.operator, place.rule));
  const streamed = streaming && { streamed: streaming.bytesOf };
  const request = { program, path, tokens: place.tokens, bytesPerNumber: backend.bytesPerNumber, ...streamed };
  return (columns) => gradientCost(request, place.token, 1, columns);
}

/** All dModel columns, in as few passes as the memory for one allows. */
async function planOf(way: OperatorPlan['way'], session: Session, passes: readonly CostOf[]): Promise<OperatorPlan> {
  const { dModel } = session.program;
  let width = dModel;
  for (const costOf of passes) width = Math.min(width, columnsWithin(session.passBytes(), await costOf(1), dModel));
  const costs: PassCost[] = [];
  for (const costOf of passes) for (const columns of chunks(dModel, width)) costs.push(await costOf(columns));
  return { way, costs, width };
}

function requestFrom(
  { program, backend, streaming }: Session,
  { tokens, rule }: OperatorPlace,
  layer: number,
): PassRequest {
  const path = rangePath(program, layer, program.blocks, 'none');
  const streamed = streaming && { streamed: streaming.bytesOf };
  return { program, path, tokens, gateShares: gateShares[rule], bytesPerNumber: backend.bytesPerNumber, ...streamed };
}

/** One operator a layer, in their order. */
export async function operatorsAt(
  question: Question,
  { operator, token, source, rule }: OperatorPlace,
  layers: readonly number[],
  { way, width }: OperatorPlan,
  checkpoint: Checkpoint,
): Promise<Float32Array[]> {
  const { backend, program } = question.session;
  const { dModel } = program;
  const pick = picker(question);
  const operators = layers.map(() => new Float32Array(dModel * dModel));
  try {
    let first = 0;
    for (const columns of chunks(dModel, width)) {
      if (way === 'pull') {
        const start = backend.unitVectors(token, dModel, first, columns);
        const picked = await pullAll(question, operator, rule, start, layers, (g) => pick(g, source), checkpoint);
        const rows = await readAndFree(backend, picked); // [d of the chunk, e] each
        for (const [at, values] of rows.entries()) operators[at]!.set(values, first * dModel);
      } else {
        for (const [at, layer] of layers.entries()) {
          const values = await pushOne(
            question,
            rule,
            [source, first, columns],
            layer,
            (z) => pick(z, token),
            checkpoint,
          );
          for (let e = 0; e < columns; e++) {
            for (let d = 0; d < dModel; d++) operators[at]![d * dModel + first + e] = values[e * dModel + d]!;
          }
        }
      }
      first += columns;
    }
  } finally {
    pick.dispose();
  }
  return operators;
}

async function pullAll(
  question: Question,
  operator: DecodedOperator,
  rule: GateRule,
  start: Signal,
  layers: readonly number[],
  pick: (g: Signal) => DeviceArray,
  checkpoint: Checkpoint,
): Promise<DeviceArray[]> {
  const { backend, program } = question.session;
  const lowest = Math.min(...layers);
  const backward = backwardOf(question, [lowest, program.blocks], 'none', operator, rule);
  const picked = new Map<number, DeviceArray>();
  const taps = new Map(
    layers
      .filter((layer) => layer !== lowest)
      .map((layer) => [program.hidden[layer]!, (g: Signal) => picked.set(layer, pick(g))] as const),
  );
  try {
    const g = await backward.pull(start, checkpoint, taps);
    picked.set(lowest, pick(g));
    if (g.data !== start.data) backend.free(g.data);
    return layers.map((layer) => picked.get(layer)!);
  } catch (error) {
    for (const array of picked.values()) backend.free(array);
    throw error;
  } finally {
    backend.free(start.data);
  }
}

async function pushOne(
  question: Question,
  rule: GateRule,
  [source, first, columns]: readonly [source: number, first: number, columns: number],
  layer: number,
  pick: (z: Signal) => DeviceArray,
  checkpoint: Checkpoint,
): Promise<ArrayLike<number>> {
  const { backend, program } = question.session;
  const { path, frozenOf } = pathFrom(question, layer);
  const start = backend.unitVectors(source, program.dModel, first, columns);
  try {
    const z = await push(contextOf(question, rule), path, frozenOf, start, false, checkpoint);
    const row = pick(z);
    backend.free(z.data);
    const [values] = await readAndFree(backend, [row]); // [e of the chunk, d]
    return values!;
  } finally {
    backend.free(start.data);
  }
}

/** One token's row of a signal: a mix by a single head that looks at this token alone. */
function picker({ session, run }: Question) {
  const { backend } = session;
  const { tokens } = run.trace;
  const patterns = new Map<number, DeviceArray>();
  const pick = (x: Signal, token: number): DeviceArray => {
    let pattern = patterns.get(token);
    if (!pattern) {
      const weights = new Float32Array(tokens);
      weights[token] = 1;
      pattern = backend.upload(weights, [1, 1, tokens], 'one token');
      patterns.set(token, pattern);
    }
    return backend.mix(pattern, x, { heads: 1, kvHeads: 1, dHead: x.channels, causal: false }).data;
  };
  const dispose = () => {
    for (const pattern of patterns.values()) backend.free(pattern);
  };
  return Object.assign(pick, { dispose });
}

function pathFrom({ session, run }: Question, layer: number) {
  return run.frozenPath([layer, session.program.blocks], 'none');
}

function chunks(total: number, width: number): number[] {
  return Array.from({ length: Math.ceil(total / width) }, (_, chunk) => Math.min(width, total - chunk * width));
}
