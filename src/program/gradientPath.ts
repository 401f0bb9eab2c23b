// The ops between two values as a gradient sees them: beside those of the linear path, whatever a rule lets a cotangent through to (patterns,
// queries, keys). And the order of work: gradients read activations that a run does not keep, so each stage (a block, the final norm, the head) is
// computed again from its input just before the gradient goes back through it. Pure data.

import type { GradientRule } from './gradientRule';
import { gradientInputs, gradientNeeds, isLinearised, readingsOf, runReading } from './ops';
import { type ProgramPath, rangePath } from './path';
import type { Op, Program, ValueName } from './program';

export interface GradientPath {
  readonly from: ValueName;
  readonly to: ValueName;
  readonly rule: GradientRule;
  /** In program order. */
  readonly ops: readonly Op[];
}

/** The path of a range (`rangePath`) with what the rule adds to it. */
export function gradientPath(
  program: Program,
  from: number,
  to: number,
  readOut: Parameters<typeof rangePath>[3],
  rule: GradientRule,
): GradientPath {
  const linear = rangePath(program, from, to, readOut);
  return { from: linear.from, to: linear.to, rule, ops: opened(program, linear, rule) };
}

/** Adds the ops that the cotangents of a linear path go on to. */
function opened(program: Program, { from, ops }: ProgramPath, rule: GradientRule): readonly Op[] {
  const byOutput = new Map<ValueName, Op>(program.ops.map((op) => [op.output, op]));
  for (const op of ops) byOutput.set(op.output, op); // past a range that ends early they read another value
  const found = new Set<Op>(ops);
  const waiting: Op[] = [...ops];
  for (let op = waiting.pop(); op; op = waiting.pop()) {
    for (const input of gradientInputs(op, rule)) {
      const maker = byOutput.get(input)!;
      if (input === from || found.has(maker)) continue;
      found.add(maker);
      waiting.push(maker);
    }
  }
  return program.ops.map(({ output }) => byOutput.get(output)!).filter((op) => found.has(op));
}

export type GradientStep =
  /** Its value is computed again, and kept until the stage has been gone through. */
  | { readonly kind: 'value'; readonly op: Op }
  /** Its cotangent goes on to its inputs. `last`: of its stage. */
  | { readonly kind: 'gradient'; readonly op: Op; readonly last: boolean };

/** `known`: whether a value is at hand already, as the residual stream is. */
export function gradientSteps({ ops, rule }: GradientPath, known: (name: ValueName) => boolean): GradientStep[] {
  const steps: GradientStep[] = [];
  for (const stage of stagesOf(ops).toReversed()) {
    const made = new Map(stage.map((op) => [op.output, op]));
    const wanted = new Set<ValueName>();
    const want = (name: ValueName) => {
      if (known(name) || wanted.has(name)) return;
      const op = made.get(name);
      if (!op) throw new Error(`${name} cannot be computed again from what its stage starts with`);
      wanted.add(name);
      for (const input of valueInputs(op)) want(input);
    };
    for (const op of stage) for (const name of gradientNeeds(op, rule)) want(name);
    for (const op of stage) if (wanted.has(op.output)) steps.push({ kind: 'value', op });
    for (const op of stage.toReversed()) steps.push({ kind: 'gradient', op, last: op === stage[0] });
  }
  return steps;
}

/** What an op's value is computed from, its frozen coefficients given. */
export function valueInputs(op: Op): readonly ValueName[] {
  return isLinearised(op) ? readingsOf(op).linearInputs(op) : runReading(op).inputs(op);
}

function stagesOf(ops: readonly Op[]): readonly (readonly Op[])[] {
  const stages = new Map<Op['stage'], Op[]>();
  for (const op of ops) {
    const stage = stages.get(op.stage) ?? [];
    stage.push(op);
    stages.set(op.stage, stage);
  }
  return [...stages.values()];
}
