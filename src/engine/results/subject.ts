// What every result is dressed with: named axes with the prompt's tokens, and where the numbers come from.

import type { ClassNames, ModelTokenizer } from '../../models/tokenizer';
import type { Axis, AxisName } from '../../tensor/axis';
import type { Matrix } from '../../tensor/matrix';
import type { GateRule, LayerRange, ModelInfo, OperatorName, Plan, Provenance } from '../protocol';
import type { Question } from '../questions/question';
import { tokensOf } from '../questions/tokens';

/** What a result is about beyond the question: how its tokens and classes are spelled, and the model's name. */
export interface Subject {
  readonly question: Question;
  readonly tokenizer: ModelTokenizer;
  readonly names: ClassNames;
  readonly info: ModelInfo;
  /** performance.now() when the question was asked. */
  readonly started: number;
}

/** Spells a class. */
export function wordOf({ names }: Subject): (id: number) => string {
  return names.word;
}

/** The tokens of the run along an axis. */
export function tokenAxis({ question, tokenizer }: Subject, name: AxisName): Axis {
  const labels = tokensOf(question, tokenizer).map(({ piece }) => piece);
  return { name, length: labels.length, labels };
}

/** A map over (output token, input token). */
export function tokenMatrix(subject: Subject, data: ArrayLike<number>, unit: string, signed: boolean): Matrix {
  return {
    data: Float32Array.from(data),
    rows: tokenAxis(subject, 'output'),
    cols: tokenAxis(subject, 'source'),
    unit,
    signed,
    causal: subject.info.causal,
  };
}

/** Added to a formula of T where another operator stands in its place. */
export function ofOperator(operator: OperatorName = 'tensor'): string {
  const names = {
    tensor: '',
    attnlrp: ', T by AttnLRP',
    lrp_ah_ln: ', T by LRP(AH+LN)',
    jacobian: ', the Jacobian for T',
  };
  return names[operator];
}

export interface Origin {
  readonly range: LayerRange;
  /** null where no tensor is involved (attention maps). */
  readonly gateRule: GateRule | null;
  readonly formula: string;
  readonly direction?: string;
  readonly plan: Plan | null;
}

export function provenanceOf({ question, info, started }: Subject, origin: Origin): Provenance {
  return {
    model: info.id,
    revision: info.revision,
    ids: question.run.ids,
    range: origin.range,
    gateRule: info.gated ? origin.gateRule : null,
    formula: origin.formula,
    direction: origin.direction ?? null,
    device: info.device.name,
    seconds: (performance.now() - started) / 1000,
    plan: origin.plan,
  };
}
