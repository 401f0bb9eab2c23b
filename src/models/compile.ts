// ModelSpec → Program: the ops of an architecture in order, with path names. The names of the weights are those of the spec's weight map:
//   embedding.tokens.weight, embedding.positions.weight?, embedding.segment.weight?, embedding.norm.{gain, bias?}?
//   embedding.project.{weight, bias?}?
//   embedding.own.weight, embedding.distillation.weight?, embedding.patches.{weight, bias} (images, in place of embedding.tokens.weight)
//   final.norm.{gain, bias?}?, head.transform.{weight, bias?}?, head.norm.{gain, bias?}?, head.project.{weight, bias?}?
//   head.weight? (else tied), head.bias?
//   head.K.{weight, bias?} in place of head.{weight, bias} for a classifier that reads several ranges of tokens
//   blocks.B.attention.norm.{gain, bias?}, blocks.B.attention.{query, key, value, output}.{weight, bias?}
//   blocks.B.attention.{queryNorm, keyNorm}.gain?, blocks.B.{attention, ffn}.scale.gain?
//   blocks.B.ffn.norm.{gain, bias?}, blocks.B.ffn.{up, down, gate?}.{weight, bias?}
//   sandwich: also blocks.B.{attention, ffn}.outputNorm.{gain, bias?}; shared: blocks.B.norm.{gain, bias?} in place of the two
// What is not in the map (?) is not in the program.

import type { Layout } from '../program/backend';
import type { ImageShape, MatrixRef, Op, Program, Stage, ValueName, VectorRef, WeightName } from '../program/program';
import { checkProgram } from './checkProgram';
import type { AttentionSpec, BlockSpec, BlockStyle, HeadTransformSpec, ModelSpec, NormSpec } from './spec';

/** The program of a model; throws an Error on a spec that contradicts itself (a fault of a family's file, not of the user). */
export function compile(spec: ModelSpec): Program {
  const builder = createBuilder(spec);
  const { dModel, vocab, finalNorm } = spec;
  const hidden = [embedding(builder, spec)];
  for (const [index, block] of spec.blocks.entries()) {
    hidden.push(blockStyles[block.style](builder, spec, block, index, hidden[index]!));
  }
  const last = hidden.at(-1)!;
  const output = finalNorm ? builder.norm('final.norm', 'final', last, finalNorm, dModel) : last;
  const logits = spec.headless ? null : head(builder, spec, output);

  const { ops } = builder;
  const program: Program = {
    ops,
    hidden,
    output,
    logits,
    patterns: ops.filter((op) => op.kind === 'pattern').map((op) => op.output),
    blocks: spec.blocks.length,
    dModel,
    dFfn: Math.max(...spec.blocks.map((block) => block.ffn.channels)),
    heads: Math.max(...spec.blocks.map((block) => block.attention.heads)),
    vocab,
    classes: spec.headless ? 0 : classesOf(spec),
    contextLength: spec.contextLength,
    causal: spec.causal,
    image: spec.image ?? null,
    reads: (spec.headless ? undefined : spec.classifier?.reads) ?? null,
    gated: ops.some((op) => op.kind === 'gate'),
    logitSoftCap: spec.logitSoftCap ?? null,
  };
  checkProgram(program, spec.weights);
  return program;
}

/** x0. */
function embedding(builder: Builder, spec: ModelSpec): ValueName {
  const { dModel, embeddingNorm, embeddingProjection } = spec;
  const late = embeddingProjection?.place === 'norm' ? embeddingProjection.width : null;
  const rows = builder.add(spec.image ? patchesOp(builder, spec, spec.image) : embedOp(builder, spec));
  const normed = embeddingNorm
    ? builder.norm('embedding.norm', 'embedding', rows, embeddingNorm, late ?? dModel)
    : rows;
  return late === null ? normed : builder.linear('embedding.project', 'embedding', normed, late, dModel);
}

const tokenRows = ({ vocab, dModel, embeddingProjection }: ModelSpec): MatrixRef => ({
  name: 'embedding.tokens.weight',
  inputs: vocab,
  outputs: embeddingProjection?.width ?? dModel,
  layout: 'inOut',
});

function embedOp(builder: Builder, spec: ModelSpec): Op {
  const { dModel, contextLength, weights, embeddingScale, paddingToken } = spec;
  const tokens = tokenRows(spec);
  const early = spec.embeddingProjection?.place === 'tokens';
  const width = early ? dModel : tokens.outputs;
  const rows = (name: WeightName, inputs: number): MatrixRef | null =>
    weights.has(name) ? { ...tokens, name, inputs, outputs: width } : null;
  const padding = paddingToken ?? null;
  return {
    kind: 'embed',
    output: 'embedding',
    stage: 'embedding',
    tokens,
    scale: embeddingScale,
    projection: early ? builder.matrix('embedding.project.weight', tokens.outputs, dModel) : null,
    projectionBias: early ? builder.vector('embedding.project.bias', dModel) : null,
    positions: rows('embedding.positions.weight', contextLength + (padding === null ? 0 : 1)),
    padding,
    segment: rows('embedding.segment.weight', 1),
  };
}

function patchesOp(
  builder: Builder,
  { dModel, contextLength, weights }: ModelSpec,
  { channels, patch }: ImageShape,
): Op {
  const rows = (name: WeightName, inputs: number) => ({ name, inputs, outputs: dModel, layout: 'inOut' }) as const;
  return {
    kind: 'patches',
    output: 'embedding',
    stage: 'embedding',
    own: rows('embedding.own.weight', 1),
    distillation: weights.has('embedding.distillation.weight') ? rows('embedding.distillation.weight', 1) : null,
    weight: builder.matrix('embedding.patches.weight', channels * patch ** 2, dModel),
    bias: { name: 'embedding.patches.bias', length: dModel },
    positions: rows('embedding.positions.weight', contextLength),
  };
}

const classesOf = ({ classifier, vocab }: ModelSpec) => classifier?.labels.length ?? vocab;

/** From y to the logits. */
function head(builder: Builder, spec: ModelSpec, output: ValueName): ValueName {
  const { dModel, classifier } = spec;
  const stage = 'head';
  if (!classifier) return lastMatrix(builder, spec, output);
  const pooled = classifier.reads.map((range, part) => {
    const name = classifier.reads.length === 1 ? 'head.pool' : `head.${part}.pool`;
    return builder.add({ kind: 'pool', output: name, stage, input: output, channels: dModel, range });
  });
  if (pooled.length === 1) return lastMatrix(builder, spec, pooled[0]!);
  const channels = classesOf(spec);
  const parts = pooled.map((input, part) => builder.linear(`head.${part}`, stage, input, dModel, channels));
  const averaged = classifier.combine === 'mean';
  const sum = parts.reduce((left, right, part) => {
    const output = part === parts.length - 1 && !averaged ? 'logits' : `head.sum.${part}`;
    return builder.add({ kind: 'add', output, stage, left, right, channels });
  });
  if (!averaged) return sum;
  const factor = 1 / parts.length;
  return builder.add({ kind: 'scale', output: 'logits', stage, input: sum, channels, gain: null, factor });
}

/** The transform, the projection and the last matrix of a head on one value. */
function lastMatrix(builder: Builder, spec: ModelSpec, input: ValueName): ValueName {
  const { dModel, headTransform, weights } = spec;
  const transformed = headTransform ? transform(builder, headTransform, input, dModel) : input;
  const projected = weights.has('head.project.weight') ? tokenRows(spec).outputs : null;
  const inputs = projected ?? headTransform?.channels ?? dModel;
  const outputs = classesOf(spec);
  return builder.add({
    kind: 'unembed',
    output: 'logits',
    stage: 'head',
    input: projected === null ? transformed : builder.linear('head.project', 'head', transformed, dModel, projected),
    weight: weights.has('head.weight')
      ? builder.matrix('head.weight', inputs, outputs)
      : { name: tokenRows(spec).name, inputs, outputs, layout: 'outIn' },
    bias: builder.vector('head.bias', outputs),
  });
}

function transform(
  builder: Builder,
  { activation, norm, channels: asked }: HeadTransformSpec,
  input: ValueName,
  inputs: number,
): ValueName {
  const stage = 'head';
  const channels = asked ?? inputs;
  const transformed = builder.linear('head.transform', stage, input, inputs, channels);
  const output = 'head.activation';
  const active = builder.add({ kind: 'activate', output, stage, input: transformed, channels, activation });
  return norm ? builder.norm('head.norm', stage, active, norm, channels) : active;
}

type Builder = ReturnType<typeof createBuilder>;

/** Collects ops; every method appends one and returns the name of its value. */
function createBuilder({ weights }: ModelSpec) {
  const ops: Op[] = [];
  const add = (op: Op): ValueName => {
    ops.push(op);
    return op.output;
  };
  const layoutOf = (name: string): Layout => weights.get(name)?.layout ?? 'outIn';
  const matrix = (name: string, inputs: number, outputs: number): MatrixRef => ({
    name,
    inputs,
    outputs,
    layout: layoutOf(name),
  });
  const vector = (name: string, length: number): VectorRef | null => (weights.has(name) ? { name, length } : null);
  const linear = (output: ValueName, stage: Stage, input: ValueName, inputs: number, outputs: number) =>
    add({
      kind: 'linear',
      output,
      stage,
      input,
      weight: matrix(`${output}.weight`, inputs, outputs),
      bias: vector(`${output}.bias`, outputs),
    });
  const norm = (output: ValueName, stage: Stage, input: ValueName, { kind, eps }: NormSpec, channels: number) =>
    add({
      kind: 'norm',
      output,
      stage,
      input,
      norm: kind,
      eps,
      gain: { name: `${output}.gain`, length: channels },
      bias: vector(`${output}.bias`, channels),
    });
  return { ops, add, matrix, vector, linear, norm };
}

type BuildBlock = (builder: Builder, spec: ModelSpec, block: BlockSpec, index: number, input: ValueName) => ValueName;

const oneAfterTheOther: BuildBlock = (builder, spec, block, index, input) => {
  const middle = sublayer(builder, spec, block, index, 'attention', input, input);
  return sublayer(builder, spec, block, index, 'ffn', middle, middle);
};

/** How the two sublayers of a block are wired; returns the residual stream after it. */
const blockStyles: Record<BlockStyle, BuildBlock> = {
  pre: oneAfterTheOther,
  sandwich: oneAfterTheOther,
  post(builder, spec, block, index, input) {
    const middle = normedAfter(builder, spec, block, index, 'attention', input);
    return normedAfter(builder, spec, block, index, 'ffn', middle);
  },
  shared(builder, spec, block, index, input) {
    const normed = builder.norm(`blocks.${index}.norm`, index, input, block.norm, spec.dModel);
    const middle = withResidual(builder, spec, block, index, 'attention', normed, input);
    return withResidual(builder, spec, block, index, 'ffn', normed, middle);
  },
  parallel(builder, spec, block, index, input) {
    const middle = sublayer(builder, spec, block, index, 'attention', input, input);
    return sublayer(builder, spec, block, index, 'ffn', input, middle);
  },
};

const sublayers = { attention, ffn };

/** residual + sublayer(norm(input)). */
function sublayer(
  builder: Builder,
  spec: ModelSpec,
  block: BlockSpec,
  stage: number,
  kind: keyof typeof sublayers,
  input: ValueName,
  residual: ValueName,
): ValueName {
  const normed = builder.norm(`blocks.${stage}.${kind}.norm`, stage, input, block.norm, spec.dModel);
  return withResidual(builder, spec, block, stage, kind, normed, residual);
}

/** residual + sublayer(normed); sandwich: residual + norm(sublayer(normed)). */
function withResidual(
  builder: Builder,
  spec: ModelSpec,
  block: BlockSpec,
  stage: number,
  kind: keyof typeof sublayers,
  normed: ValueName,
  residual: ValueName,
): ValueName {
  const { dModel } = spec;
  const path = `blocks.${stage}.${kind}`;
  const output = sublayers[kind](builder, spec, block, stage, normed);
  const made = scaled(builder, spec, path, stage, output);
  const right = block.style === 'sandwich' ? builder.norm(`${path}.outputNorm`, stage, made, block.norm, dModel) : made;
  return builder.add({ kind: 'add', output: `${path}.residual`, stage, left: residual, right, channels: dModel });
}

/** LayerScale: what a sublayer adds, times a factor a channel, where the model has such factors. */
function scaled(builder: Builder, { dModel }: ModelSpec, path: string, stage: number, input: ValueName): ValueName {
  const gain = builder.vector(`${path}.scale.gain`, dModel);
  if (!gain) return input;
  return builder.add({ kind: 'scale', output: `${path}.scale`, stage, input, channels: dModel, gain, factor: 1 });
}

/** norm(input + sublayer(input)). */
function normedAfter(
  builder: Builder,
  spec: ModelSpec,
  block: BlockSpec,
  stage: number,
  kind: keyof typeof sublayers,
  input: ValueName,
): ValueName {
  const { dModel } = spec;
  const path = `blocks.${stage}.${kind}`;
  const right = sublayers[kind](builder, spec, block, stage, input);
  const output = `${path}.residual`;
  const sum = builder.add({ kind: 'add', output, stage, left: input, right, channels: dModel });
  return builder.norm(`${path}.norm`, stage, sum, block.norm, dModel);
}

function attention(builder: Builder, spec: ModelSpec, block: BlockSpec, stage: number, input: ValueName): ValueName {
  const { dModel, causal } = spec;
  const { headNormEps, ...scores } = block.attention;
  const { heads, kvHeads, dHead } = scores;
  const path = `blocks.${stage}.attention`;
  const query = queryOrKey(builder, block.attention, stage, 'query', input, dModel);
  const key = queryOrKey(builder, block.attention, stage, 'key', input, dModel);
  const value = builder.linear(`${path}.value`, stage, input, dModel, kvHeads * dHead);
  const shape = { stage, heads, kvHeads, dHead, causal };
  const pattern = builder.add({ kind: 'pattern', output: `${path}.pattern`, stage, causal, ...scores, query, key });
  const mixed = builder.add({ kind: 'mix', output: `${path}.mix`, ...shape, pattern, value });
  return builder.linear(`${path}.output`, stage, mixed, heads * dHead, dModel);
}

/** The projection of all heads, and their norm where there is one. */
function queryOrKey(
  builder: Builder,
  { heads, kvHeads, dHead, headNormEps: eps }: AttentionSpec,
  stage: number,
  part: 'query' | 'key',
  input: ValueName,
  dModel: number,
): ValueName {
  const count = part === 'query' ? heads : kvHeads;
  const path = `blocks.${stage}.attention.${part}`;
  const projected = builder.linear(path, stage, input, dModel, count * dHead);
  if (eps === undefined) return projected;
  const output = `${path}Norm`;
  const gain = { name: `${output}.gain`, length: dHead };
  return builder.add({ kind: 'headNorm', output, stage, input: projected, heads: count, eps, gain });
}

function ffn(builder: Builder, { dModel }: ModelSpec, block: BlockSpec, stage: number, input: ValueName): ValueName {
  const { kind, channels, activation } = block.ffn;
  const path = `blocks.${stage}.ffn`;
  const output = `${path}.activation`;
  const gate = kind === 'gated' ? builder.linear(`${path}.gate`, stage, input, dModel, channels) : null;
  const up = builder.linear(`${path}.up`, stage, input, dModel, channels);
  const active = gate
    ? builder.add({ kind: 'gate', output, stage, gate, up, channels, activation })
    : builder.add({ kind: 'activate', output, stage, input: up, channels, activation });
  return builder.linear(`${path}.down`, stage, active, channels, dModel);
}
