// Cotangents back through a range under a rule: T itself (`pull`), T with the query/key path open (AttnLRP), the LRP family, the Jacobian. Rows, pairs,
// slices and layers ask here, so whatever exists for T exists for the others.

import type { Signal } from '../../program/backend';
import { type GradientPoint, gradient } from '../../program/gradient';
import { gradientCost } from '../../program/gradientCost';
import { gradientPath } from '../../program/gradientPath';
import { attnLrp, frozenRule, type GradientRule, jacobian, lrpAhLn } from '../../program/gradientRule';
import { type PassCost, pullCost } from '../../program/planner';
import { type Checkpoint, pull, type Taps } from '../../program/readings';
import { UserError } from '../../tensor/errors';
import type { FrozenPath, ReadOut } from '../activeRun';
import type { GateRule, LayerRange, OperatorName } from '../protocol';
import { gateShares } from '../session';
import { contextOf, passRequest, type Question } from './question';

export interface Backward {
  /** Cost of `columns` cotangents that stand at the tokens firstToken … firstToken + count − 1. */
  cost(firstToken: number, count: number, columns: number): Promise<PassCost>;
  /** The caller frees the result. `taps` see cotangents on the way. */
  pull(start: Signal, checkpoint: Checkpoint, taps?: Taps): Promise<Signal>;
}

/** Shares of gates that the rule leaves to choose are the gate rule's. */
export function ruleOf(operator: OperatorName, gateRule: GateRule): GradientRule {
  const gate = gateShares[gateRule];
  switch (operator) {
    case 'tensor':
      return frozenRule(gate);
    case 'attnlrp':
      return attnLrp(gate);
    case 'lrp_ah_ln':
      return lrpAhLn;
    case 'jacobian':
      return jacobian;
    default:
      throw new UserError('bad-request', `There is no operator “${operator satisfies never}”.`);
  }
}

/** T along a path, parts of which may be merged. */
export function tensorBackward(question: Question, frozenPath: FrozenPath, gateRule: GateRule): Backward {
  const context = contextOf(question, gateRule);
  const request = passRequest(question, frozenPath, gateRule);
  return {
    cost: (firstToken, count, columns) => pullCost(request, firstToken, count, columns),
    pull: (start, checkpoint, taps) => pull(context, frozenPath.path, frozenPath.frozenOf, start, checkpoint, taps),
  };
}

export function backwardOf(
  question: Question,
  range: LayerRange,
  readOut: ReadOut,
  operator: OperatorName,
  gateRule: GateRule,
): Backward {
  const { session, run } = question;
  const frozenPath = run.frozenPath(range, readOut);
  const context = contextOf(question, gateRule);
  if (operator === 'tensor') return tensorBackward(question, frozenPath, gateRule);
  const { program, backend } = session;
  const path = gradientPath(program, range[0], range[1], readOut, ruleOf(operator, gateRule));
  const { tokens } = run.trace;
  const request = {
    program,
    path,
    tokens,
    bytesPerNumber: backend.bytesPerNumber,
    ...(session.streaming && { streamed: session.streaming.bytesOf }),
  };
  const point = pointOf(question, range[1], frozenPath.frozenOf);
  return {
    cost: (firstToken, count, columns) => gradientCost(request, firstToken, count, columns),
    pull: (start, checkpoint, taps) =>
      gradient(context, path, point, start, checkpoint, (name, cotangent) => taps?.get(name)?.(cotangent)),
  };
}

/** The run as a gradient reads it; `to`: where the range ends. */
function pointOf({ session, run }: Question, to: number, frozenOf: GradientPoint['frozenOf']): GradientPoint {
  const { program } = session;
  const { trace } = run;
  return {
    frozenOf,
    known(name) {
      if (name === program.output && name !== program.hidden[program.blocks]) return run.readOutAt(to);
      const at = program.hidden.indexOf(name);
      return at < 0 ? undefined : trace.hidden[at];
    },
    table: (name) => trace.tables.get(name)!,
  };
}
