// What holds for every compiled program: each input is defined before it is used, widths agree, and the weights that the ops name are exactly
// those of the weight map. A violation is a fault in a family's file, so it is a plain Error with the op's name.

import { runReading } from '../program/ops';
import { channelsOf } from '../program/path';
import { type MatrixRef, type Op, type Program, type ValueName, type VectorRef, weightsOf } from '../program/program';
import type { WeightMap } from './spec';

export function checkProgram(program: Program, weights: WeightMap): void {
  const widths = new Map<ValueName, number>();
  for (const op of program.ops) {
    for (const input of runReading(op).inputs(op)) {
      if (!widths.has(input)) throw new Error(`${op.output} reads ${input}, which no earlier op makes`);
    }
    for (const [input, expected] of expectedWidths(op)) {
      const width = widths.get(input);
      if (width !== expected)
        throw new Error(`${op.output} expects ${expected} channels of ${input}, which has ${width}`);
    }
    if (widths.has(op.output)) throw new Error(`two ops make ${op.output}`);
    widths.set(op.output, widthOf(op));
  }
  const logits = program.logits === null ? [] : [program.logits];
  for (const name of [...program.hidden, program.output, ...logits, ...program.patterns]) {
    if (!widths.has(name)) throw new Error(`the program names ${name}, which no op makes`);
  }
  const used = new Set(weightsOf(program).map((ref: MatrixRef | VectorRef) => ref.name));
  for (const name of used) if (!weights.has(name)) throw new Error(`the weight map lacks ${name}`);
  for (const name of weights.keys()) if (!used.has(name)) throw new Error(`no op uses the weight ${name}`);
}

/** Channels of an op's value; a pattern has none. */
function widthOf(op: Op): number {
  switch (op.kind) {
    case 'embed':
      return (op.projection ?? op.tokens).outputs;
    case 'patches':
      return op.weight.outputs;
    case 'headNorm':
      return op.heads * op.gain.length;
    case 'pattern':
      return 0;
    default:
      return channelsOf(op);
  }
}

function expectedWidths(op: Op): [ValueName, number][] {
  switch (op.kind) {
    case 'embed':
    case 'patches':
      return [];
    case 'linear':
    case 'unembed':
      return [[op.input, op.weight.inputs]];
    case 'norm':
      return [[op.input, op.gain.length]];
    case 'headNorm':
      return [[op.input, op.heads * op.gain.length]];
    case 'pattern':
      return [
        [op.query, op.heads * op.dHead],
        [op.key, op.kvHeads * op.dHead],
      ];
    case 'mix':
      return [
        [op.pattern, 0],
        [op.value, op.kvHeads * op.dHead],
      ];
    case 'activate':
    case 'scale':
    case 'pool':
      return [[op.input, op.channels]];
    case 'gate':
      return [
        [op.gate, op.channels],
        [op.up, op.channels],
      ];
    case 'add':
      return [
        [op.left, op.channels],
        [op.right, op.channels],
      ];
  }
}
