// The conserved flow graph of one explained number: its cotangent pulled once through all blocks, met at every sublayer by what that sublayer was given.
// All contractions but those of single pairs of tokens are done on the device; what comes back is numbers a token, and of attention one block's
// values and cotangents, [token, dModel] each.

import { type FlowResiduals, flowResiduals, headEdges, headOutputs } from '../../analysis/flowGraph';
import { valueAtZero } from '../../program/activations';
import type { Backend, DeviceArray, Signal } from '../../program/backend';
import { type LinearisedOp, readingsOf } from '../../program/ops';
import { linearPath } from '../../program/path';
import { type PassCost, pullCost, pushCost } from '../../program/planner';
import type { ActivateOp, AddOp, GateOp, ValueName } from '../../program/program';
import { pull, push, type Taps } from '../../program/readings';
import { type AttentionSublayer, attentionSublayer, type FfnSublayer, ffnSublayer } from '../../program/sublayers';
import { refuseOver } from '../budget';
import type { FlowGraph, GateRule, Plan, Target } from '../protocol';
import { patternOf } from './attention';
import { biasOf } from './bias';
import { biasShares, cotangentsOf, explain, type Word } from './explained';
import { checkpointOf, checkToken, contextOf, passRequest, planOf, type Question } from './question';

export interface FlowGraphAnswer {
  readonly graph: FlowGraph;
  readonly residuals: FlowResiduals;
  readonly explains: string;
  readonly plan: Plan;
}

/** Numbers of a graph's edges of single heads: 16 MB as they are sent. */
const mostEdges = 2 ** 22;

/** `target` a logit's direction, or with a token alone ‖y_i‖² (`in_out`). */
export async function flowGraphOf(
  question: Question,
  target: Target | { readonly token: number },
  gateRule: GateRule,
  word: Word,
): Promise<FlowGraphAnswer> {
  const { session, run } = question;
  const { program, backend } = session;
  const { blocks, heads } = program;
  const { tokens } = run.trace;
  refuseOver(
    4 * mostEdges,
    4 * blocks * heads * tokens ** 2,
    `A flow graph of ${blocks} blocks, ${heads} heads and ${tokens} tokens`,
    `Up to ${Math.floor(Math.sqrt(mostEdges / (blocks * heads)))} tokens fit.`,
  );
  const plan = await planFlowGraph(question, 'direction' in target ? 'logits' : 'output', target.token, gateRule);
  const checkpoint = checkpointOf(question, 'flow graph', plan);
  const values = createValues(question, gateRule, checkpoint);
  const met = createMeetings(backend, tokens);
  const layout = Array.from(
    { length: blocks },
    (_, b) => [attentionSublayer(program, b), ffnSublayer(program, b)] as const,
  );
  const parts: BlockParts[] = [];
  try {
    for (const [attention, ffn] of layout) parts.push(await prepare(question, values, met, attention, ffn));
    const last = met.dots(program.hidden[blocks]!, run.trace.hidden[blocks]!);
    const explained = await begin(question, target, gateRule, word);
    const { path, frozenOf } = run.frozenPath([0, blocks], explained.readOut);
    try {
      const g = await pull(contextOf(question, gateRule), path, frozenOf, explained.start, checkpoint, met.taps());
      met.taps().get(program.hidden[0]!)?.(g); // where the path begins, a pull ends
      if (g.data !== explained.start.data) backend.free(g.data);
    } finally {
      backend.free(explained.start.data);
    }
    values.free();
    const graph = await assemble(question, parts, last, explained);
    return { graph, residuals: flowResiduals(graph), explains: explained.words, plan };
  } finally {
    values.free();
    met.free();
  }
}

/** One pull, and every block's parts pushed through it once, three ways. */
export async function planFlowGraph(
  question: Question,
  readOut: 'output' | 'logits',
  token: number,
  gateRule: GateRule,
): Promise<Plan> {
  const { session, run } = question;
  const { program } = session;
  const classifier = readOut === 'logits' && program.reads !== null;
  if (!classifier) checkToken(question, token, 'output token');
  const range = [0, program.blocks] as const;
  const pulled = await pullCost(passRequest(question, run.frozenPath(range, readOut), gateRule), token, 1, 1);
  const forward = await pushCost(passRequest(question, run.frozenPath(range, 'none'), gateRule), 0, 1);
  const passes: PassCost[] = [pulled, forward, forward, forward];
  return planOf(question, passes, 'one cotangent pulled through all blocks, every sublayer pushed by itself');
}

interface Begun {
  readonly start: Signal;
  readonly readOut: 'output' | 'logits';
  readonly total: number;
  /** What biases behind the last block bring. */
  readonly endBias: number;
  readonly words: string;
}

async function begin(
  question: Question,
  target: Target | { readonly token: number },
  gateRule: GateRule,
  word: Word,
): Promise<Begun> {
  const { session, run } = question;
  const { program, backend } = session;
  const { blocks, dModel } = program;
  const tail = { range: [blocks, blocks], gateRule } as const;
  if ('direction' in target) {
    const explained = await explain(question, target, blocks, word);
    const [endBias] = await biasShares(question, tail, [explained]);
    const { conserves, words } = explained.direction;
    return {
      start: cotangentsOf(question, [explained]),
      readOut: 'logits',
      total: conserves,
      endBias: endBias!,
      words,
    };
  }
  const { token } = target;
  const y = (await backend.read(run.trace.output.data)).subarray(token * dModel, (token + 1) * dModel);
  const B = (await biasOf(question, tail, 'output')).subarray(token * dModel, (token + 1) * dModel);
  const dot = (other: ArrayLike<number>) =>
    Float64Array.from(y, (value, d) => value * other[d]!).reduce((a, b) => a + b, 0);
  const data = backend.upload(y, [1, 1, dModel], 'y at the target');
  const start = { firstToken: token, tokens: 1, columns: 1, channels: dModel, data };
  return { start, readOut: 'output', total: dot(y), endBias: dot(B), words: `‖y‖² at token ${token}` };
}

/** One column of values along the program, as the residual stream makes them, as biases alone do, or the linear part alone. */
function createValues(question: Question, gateRule: GateRule, checkpoint: (flops: number) => Promise<void> | void) {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const context = contextOf(question, gateRule);
  const owned = new Set<DeviceArray>();
  const frozenOf = (name: ValueName) => run.trace.frozen.get(name) ?? {};
  const own = (signal: Signal) => {
    owned.add(signal.data);
    return signal;
  };
  const zeros = (channels: number): Signal =>
    own({ firstToken: 0, tokens, columns: 1, channels, data: backend.zeros([tokens, 1, channels], 'no input') });
  const along = async (from: ValueName, to: ValueName, start: Signal, bias: boolean): Promise<Signal> => {
    const path = linearPath(program, from, to);
    return path.ops.length === 0 ? start : own(await push(context, path, frozenOf, start, bias, checkpoint));
  };
  return {
    /** With biases: the true value, when `start` is. */
    whole: (from: ValueName, to: ValueName, start: Signal) => along(from, to, start, true),
    linear: (from: ValueName, to: ValueName, start: Signal) => along(from, to, start, false),
    /** `channels` of the value at `from`. */
    biases: (from: ValueName, to: ValueName, channels: number) => along(from, to, zeros(channels), true),
    /** The constant of an activation, φ(0); null: it has none. */
    constant(op: ActivateOp | GateOp): Signal | null {
      if (valueAtZero[op.activation] === 0) return null;
      const readings = readingsOf(op as LinearisedOp);
      const inputs = readings.linearInputs(op as LinearisedOp).map(() => zeros(op.channels));
      return own(readings.push(context, op as LinearisedOp, frozenOf(op.output), inputs, true));
    },
    free() {
      for (const array of owned) backend.free(array);
      owned.clear();
    },
  };
}

type Values = ReturnType<typeof createValues>;
/** Waits for the pull, and gives one number a token. */
type Dots = () => Promise<Float64Array>;

/** What is to be contracted with the cotangents that a pull brings by. */
function createMeetings(backend: Backend, tokens: number) {
  const wanted = new Map<ValueName, ((g: Signal) => void)[]>();
  const arrays = new Set<DeviceArray>();
  const when = (name: ValueName, use: (g: Signal) => void) => wanted.set(name, [...(wanted.get(name) ?? []), use]);
  return {
    /** g_i · signal_i at every token; 0 where no cotangent comes to. */
    dots(name: ValueName, signal: Signal): Dots {
      let found: { firstToken: number; array: DeviceArray } | null = null;
      when(name, (g) => {
        found = { firstToken: g.firstToken, array: backend.dot(g, signal) };
        arrays.add(found.array);
      });
      return async () => {
        const out = new Float64Array(tokens);
        if (found) out.set(await backend.read(found.array), found.firstToken);
        return out;
      };
    },
    /** The cotangent itself, [token, channel]. */
    cotangent(name: ValueName, channels: number): Dots {
      let found: { firstToken: number; values: Promise<ArrayLike<number>> } | null = null;
      when(name, (g) => {
        const values = backend.read(g.data);
        values.catch(() => {}); // told where it is awaited, if it still is
        found = { firstToken: g.firstToken, values };
      });
      return async () => {
        const out = new Float64Array(tokens * channels);
        if (found) out.set(await found.values, found.firstToken * channels);
        return out;
      };
    },
    /** What a pull is given. */
    taps: (): Taps =>
      new Map([...wanted].map(([name, uses]) => [name, (g: Signal) => uses.forEach((use) => void use(g))])),
    free() {
      for (const array of arrays) backend.free(array);
      arrays.clear();
    },
  };
}

type Meetings = ReturnType<typeof createMeetings>;

interface BlockParts {
  readonly attention: AttentionSublayer;
  readonly ffnReadsMiddle: boolean;
  readonly cotangent: Dots; // of the mix, [token, (head, channel)]
  readonly mixed: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly valueBiases: ArrayLike<number>;
  readonly before: Dots;
  readonly middle: Dots;
  readonly residual: readonly [Dots, Dots];
  readonly streamBias: readonly [readonly Dots[], readonly Dots[]];
  readonly ffnIn: readonly Dots[];
  readonly ffnBias: readonly Dots[];
  readonly ffnOut: Dots;
}

/** Everything of a block that the cotangents will be held against. */
async function prepare(
  question: Question,
  values: Values,
  met: Meetings,
  attention: AttentionSublayer,
  ffn: FfnSublayer,
): Promise<BlockParts> {
  const { session, run } = question;
  const { program, backend } = session;
  const { dModel } = program;
  const { mix, sum, postNorms, input, block } = attention;
  const { heads, dHead } = mix;
  const X = run.trace.hidden[block]!;
  const middle = postNorms?.attention.output ?? sum.output;
  const after = program.hidden[block + 1]!;
  const streamMiddle = await values.whole(input, middle, X);
  const ffnInput = ffn.reads === input ? X : streamMiddle;
  const read = (signal: Signal) => backend.read(signal.data);
  /** Biases that come into the stream at a sum: those between `from` and its right side, and the norm's behind it. */
  const entering = async (from: ValueName, channels: number, at: AddOp, end: ValueName): Promise<Dots[]> => {
    const parts = [met.dots(at.output, await values.biases(from, at.right, channels))];
    if (end !== at.output) parts.push(met.dots(end, await values.biases(at.output, end, dModel)));
    return parts;
  };
  const ffnIn: Dots[] = [];
  const ffnBias: Dots[] = [];
  for (const entry of ffn.entries) {
    ffnIn.push(met.dots(entry, await values.linear(ffn.reads, entry, ffnInput)));
    ffnBias.push(met.dots(entry, await values.biases(ffn.reads, entry, dModel)));
  }
  const constant = values.constant(ffn.activation);
  if (constant) ffnBias.push(met.dots(ffn.activation.output, constant));
  const active = await values.whole(ffn.reads, ffn.sum.right, ffnInput);
  const own = await values.biases(ffn.activation.output, ffn.sum.right, ffn.activation.channels);
  return {
    attention,
    ffnReadsMiddle: ffn.reads !== input,
    cotangent: met.cotangent(mix.output, heads * dHead),
    mixed: await read(await values.whole(input, mix.output, X)),
    values: await read(await values.linear(input, mix.value, X)),
    valueBiases: await read(await values.biases(input, mix.value, dModel)),
    before: met.dots(input, X),
    middle: met.dots(middle, streamMiddle),
    residual: [met.dots(sum.output, X), met.dots(ffn.sum.output, streamMiddle)],
    streamBias: [
      await entering(mix.output, heads * dHead, sum, middle),
      await entering(ffn.activation.output, ffn.activation.channels, ffn.sum, after),
    ],
    ffnIn,
    ffnBias,
    ffnOut: difference(met.dots(ffn.sum.output, active), met.dots(ffn.sum.output, own)),
  };
}

const difference =
  (a: Dots, b: Dots): Dots =>
  async () => {
    const [left, right] = [await a(), await b()];
    return left.map((value, i) => value - right[i]!);
  };

async function assemble(
  question: Question,
  parts: readonly BlockParts[],
  last: Dots,
  { total, endBias }: Begun,
): Promise<FlowGraph> {
  const { session, run } = question;
  const { blocks, heads } = session.program;
  const { tokens } = run.trace;
  const numbers = (...shape: number[]) => new Float64Array(shape.reduce((product, n) => product * n, 1));
  const graph = {
    blocks,
    heads,
    tokens,
    streams: numbers(2 * blocks + 1, tokens),
    residual: numbers(2 * blocks, tokens),
    streamBias: numbers(2 * blocks, tokens),
    edges: numbers(blocks, heads, tokens, tokens),
    headBias: numbers(blocks, heads, tokens),
    headOut: numbers(blocks, heads, tokens),
    ffnIn: numbers(blocks, tokens),
    ffnBias: numbers(blocks, tokens),
    ffnOut: numbers(blocks, tokens),
    ffnReads: parts.map(({ ffnReadsMiddle }): 0 | 1 => (ffnReadsMiddle ? 1 : 0)),
    endBias,
    total,
  };
  const added = async (into: Float64Array, offset: number, found: readonly Dots[]) => {
    for (const dots of found) for (const [i, value] of (await dots()).entries()) into[offset + i]! += value;
  };
  for (const [b, part] of parts.entries()) {
    const [even, odd] = [2 * b * tokens, (2 * b + 1) * tokens];
    await added(graph.streams, even, [part.before]);
    await added(graph.streams, odd, [part.middle]);
    await added(graph.residual, even, [part.residual[0]]);
    await added(graph.residual, odd, [part.residual[1]]);
    await added(graph.streamBias, even, part.streamBias[0]);
    await added(graph.streamBias, odd, part.streamBias[1]);
    await added(graph.ffnIn, b * tokens, part.ffnIn);
    await added(graph.ffnBias, b * tokens, part.ffnBias);
    await added(graph.ffnOut, b * tokens, [part.ffnOut]);
    const { mix } = part.attention;
    const { heads: own, kvHeads, dHead } = mix;
    const pattern = await patternOf(question, b);
    const headParts = { heads: own, kvHeads, dHead, tokens, pattern, cotangent: await part.cotangent() };
    graph.edges.set(headEdges(headParts, part.values), b * heads * tokens ** 2);
    const biases = headEdges(headParts, part.valueBiases);
    for (let at = 0; at < biases.length; at++)
      graph.headBias[b * heads * tokens + Math.floor(at / tokens)]! += biases[at]!;
    graph.headOut.set(headOutputs(headParts, part.mixed), b * heads * tokens);
  }
  await added(graph.streams, 2 * blocks * tokens, [last]);
  return graph;
}
