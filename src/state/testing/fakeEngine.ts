// A deterministic engine for tests and the gallery: right shapes, causal zeros, conservation that holds, no model. Not in the production bundle.

import { flowResiduals } from '../../analysis/flowGraph';
import type {
  CallOptions,
  EngineApi,
  Fidelity,
  MapRequest,
  MapResult,
  ModelInfo,
  Plan,
  Prediction,
  PromptRequest,
  Provenance,
  RunSummary,
  StoredModel,
} from '../../engine/protocol';
import { cancelled, throwIfAborted, UserError } from '../../tensor/errors';
import type { Matrix } from '../../tensor/matrix';
import { randomArray, seededRandom } from '../../tensor/random';
import { flowGraphOf } from './flowGraph';

const words = [
  'the',
  'river',
  'of',
  'mary',
  'john',
  'gave',
  'drink',
  'to',
  'shop',
  'went',
  'and',
  'apple',
  ',',
  'spain',
  'paris',
];

export const fakeModel: ModelInfo = {
  id: 'tiny-world',
  revision: 'fake',
  family: 'gpt2',
  title: 'Tiny world (GPT-2, 0.4 M)',
  blocks: 4,
  heads: 4,
  dModel: 16,
  dFfn: 64,
  vocab: words.length + 2,
  contextLength: 64,
  parameters: 387_000,
  causal: true,
  gated: false,
  bytes: 820_000,
  device: { kind: 'reference', name: 'float64 reference (CPU)', maxBindingBytes: null, fallback: null },
};

const plan: Plan = { flops: 4e8, peakBytes: 3e6, seconds: 0.2, description: 'push, one chunk' };
const fidelity: Fidelity = { completeness: 3.1e-7, conservation: 1.2e-6 };

export interface FakeEngine extends EngineApi {
  /** Every call in order: "run the river", "map rollout". */
  readonly log: string[];
  readonly lose: (reason: string) => void;
}

export interface FakeOptions {
  readonly model?: Partial<ModelInfo>;
  /** Milliseconds a call takes; a promise holds it until resolved. */
  readonly delay?: (name: string) => number | Promise<void>;
  readonly fail?: (name: string) => UserError | null;
  /** Models of the hub open, and are not stored. */
  readonly storeFull?: boolean;
}

export function createFakeEngine(options: FakeOptions = {}): FakeEngine {
  const model = { ...fakeModel, ...options.model };
  const log: string[] = [];
  let lost: (reason: string) => void = () => {};
  let runs = 0;
  const ran: Record<'latest' | 'beside', RunSummary | null> = { latest: null, beside: null };
  let asked: 'latest' | 'beside' = 'latest';

  async function work(name: string, call?: CallOptions): Promise<void> {
    log.push(name);
    call?.onProgress?.({ name, share: 0.1, plan });
    const wait = options.delay?.(name) ?? 0;
    const pause = typeof wait === 'number' ? new Promise<void>((done) => setTimeout(done, wait)) : wait;
    await Promise.race([
      pause,
      new Promise<never>((_, reject) => call?.signal?.addEventListener('abort', () => reject(cancelled()))),
    ]);
    throwIfAborted(call?.signal);
    const failure = options.fail?.(name);
    if (failure) throw failure;
  }

  const current = () => {
    const run = ran[asked];
    if (run === null) throw new UserError('bad-request', 'Nothing has been run yet.');
    return run;
  };
  const pieces = () => current().tokens.map(({ piece }) => piece);
  const provenance = (formula: string, direction: string | null): Provenance => ({
    model: model.id,
    revision: model.revision,
    ids: current().tokens.map(({ id }) => id),
    range: [0, model.blocks],
    gateRule: null,
    formula,
    direction,
    device: model.device.name,
    seconds: 0.02,
    plan,
  });

  function matrixOf(rows: number, seed: number, signed: boolean, unit: string, stochastic: boolean): Matrix {
    const labels = pieces();
    const cols = labels.length;
    const random = seededRandom(seed);
    const data = Float32Array.from({ length: rows * cols }, (_, at) => {
      const row = Math.floor(at / cols);
      const col = at % cols;
      if (rows === cols && col > row) return 0;
      const value = col === 0 ? 2 : random() ** 3;
      return signed && random() < 0.3 ? -value * 0.6 : value;
    });
    for (let row = 0; row < rows && stochastic; row++) {
      const part = data.subarray(row * cols, (row + 1) * cols);
      const sum = part.reduce((a, b) => a + b, 0);
      for (let col = 0; col < cols; col++) part[col] = part[col]! / sum;
    }
    const rowAxis =
      rows === cols ? { name: 'output' as const, length: rows, labels } : { name: 'layer' as const, length: rows };
    return { data, rows: rowAxis, cols: { name: 'source', length: cols, labels }, unit, signed, causal: rows === cols };
  }

  function mapOf(request: MapRequest): MapResult {
    const size = current().tokens.length;
    const share = request.map === 'rollout' || request.map === 'flow' || request.map === 'attention';
    const signed = request.map === 'in_out' || request.map === 'in_class' || request.map === 'trace';
    const seed = [...JSON.stringify(request)].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7);
    const matrix = matrixOf(size, seed, signed, share ? 'share of attention' : signed ? 'logit' : '‖T_ij x_j‖', share);
    const bias = signed ? randomArray(size, seededRandom(seed + 1), 0.5) : null;
    const total =
      bias && Float32Array.from(bias, (value, row) => value + sum(matrix.data.subarray(row * size, (row + 1) * size)));
    const probes = 'probes' in request ? request.probes : undefined;
    const band = matrix.data.map((value) => Math.abs(value) / Math.sqrt(probes ?? 1));
    const estimate = { probes: probes ?? 0, of: model.dModel, band, confidence: 0.95 };
    return {
      matrix,
      ...(probes !== undefined && probes < model.dModel && { estimate }),
      bias,
      total,
      fidelity: share ? { completeness: null, conservation: 1e-7 } : fidelity,
      provenance: provenance(request.map, null),
    };
  }

  const square = (name: 'dModel', size: number, seed: number): Matrix => ({
    data: randomArray(size * size, seededRandom(seed)),
    rows: { name, length: size },
    cols: { name, length: size },
    unit: 'T',
    signed: true,
    causal: false,
  });

  async function runIn(place: 'latest' | 'beside', request: PromptRequest, call?: CallOptions): Promise<RunSummary> {
    const name = place === 'latest' ? 'run' : 'run beside';
    if ('picture' in request) {
      await work(`${name} picture ${request.picture.name}`, call);
      // [CLS], which alone has classes, and 2 × 2 patches.
      const tokens = Array.from({ length: 5 }, (_, id) => ({
        id,
        piece: `${id}`,
        special: id === 0,
        unknown: false,
      }));
      const picture = { side: 4, rgb: new Uint8Array(48), original: [8, 6] as const };
      const predictions = tokens.map((_, at) => (at === 0 ? predictionsAt(0) : []));
      const run = { run: ++runs, tokens, predictions, picture, answerToken: 0, seconds: 0.01 };
      ran[place] = run;
      return run;
    }
    const text = 'text' in request ? request.text : ('ids' in request ? request.ids : []).join(' ');
    await work(`${name} ${'chat' in request && request.chat ? 'chat ' : ''}${text}`, call);
    const list = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (list.length + 1 > model.contextLength) {
      throw new UserError(
        'bad-prompt',
        `This prompt has ${list.length + 1} tokens and ${model.title} takes ${model.contextLength}: shorten it.`,
      );
    }
    const tokens = [
      { id: 0, piece: '[BOS]', special: true, unknown: false },
      ...list.map((piece) => ({
        id: Math.max(1, words.indexOf(piece) + 2),
        piece: words.includes(piece) ? piece : '[UNK]',
        special: false,
        unknown: !words.includes(piece),
      })),
    ];
    const run = { run: ++runs, tokens, predictions: tokens.map((_, at) => predictionsAt(at)), seconds: 0.01 };
    ran[place] = run;
    return run;
  }

  let stored: readonly StoredModel[] = [];
  return {
    log,
    lose: (reason) => lost(reason),
    open: async (request, call) => {
      const half = request.weights === 'f16';
      await work(`open ${request.device}${half ? ' f16' : ''}`, call);
      const weights = half
        ? { storage: 'f16' as const, bytes: 4e6, error: 2e-4, weight: 'blocks.0.ffn.up.weight' }
        : { storage: 'f32' as const, bytes: 8e6, error: 0, weight: null };
      if (request.model.kind === 'hub') {
        const { id, revision, base = 'https://hub.test' } = request.model;
        if (!options.storeFull) stored = [...stored, { base, id, revision, bytes: 8e6, complete: true, commit: null }];
        return { ...model, weights, id, revision };
      }
      if (request.model.kind === 'local') {
        log.push(`open ${request.model.name}, ${request.model.files.length} files`);
        return { ...model, weights, id: request.model.name };
      }
      return { ...model, weights };
    },
    run: (request, call) => runIn('latest', request, call),
    runBeside: (request, call) => runIn('beside', request, call),
    map: async (request, call) => {
      await work(`map ${request.map}`, call);
      asked = call?.run ?? 'latest';
      return mapOf(request);
    },
    row: async (request, call) => {
      await work(`row ${request.targets.map(({ token }) => token).join('+')}`, call);
      asked = call?.run ?? 'latest';
      const at = request.targets[0]?.token ?? 0;
      const size = current().tokens.length;
      const contributions = matrixOf(size, 99, true, 'logit', false).data.slice(at * size, (at + 1) * size);
      const bias = 0.37;
      const classes = request.targets.map(({ token }) => predictionsAt(token)[0]!);
      const explains = `logit of “${classes[0]?.piece}” − mean logit`;
      return {
        contributions,
        bias,
        total: bias + sum(contributions),
        explains,
        classes,
        rivals: [predictionsAt(at).slice(1, 2)],
        fidelity,
        provenance: provenance('in+class', explains),
      };
    },
    slice: async ({ token }, call) => {
      await work(`slice ${token}`, call);
      const [size, dModel] = [current().tokens.length, model.dModel];
      const labels = pieces();
      const source = { name: 'source' as const, length: size, labels };
      const channel = { name: 'dModel' as const, length: dModel };
      const part = (
        rows: typeof source | typeof channel,
        cols: typeof source | typeof channel,
        seed: number,
      ): Matrix => ({
        data: randomArray(rows.length * cols.length, seededRandom(seed)),
        rows,
        cols,
        unit: 'logit',
        signed: true,
        causal: false,
      });
      const slice = randomArray(dModel * size * dModel, seededRandom(5));
      return {
        token,
        dModel,
        slice,
        contributions: part(channel, source, 6),
        readOut: part(source, channel, 7),
        classDirection: part(source, channel, 8),
        norms: randomArray(size, seededRandom(9)).map(Math.abs),
        fidelity,
        provenance: provenance('slice', null),
      };
    },
    lens: async ({ first, count }, call) => {
      await work('lens', call);
      const layers = Array.from({ length: model.blocks + 1 }, (_, layer) => layer);
      return {
        first,
        predictions: layers.map((layer) =>
          Array.from({ length: count }, (_, at) => predictionsAt(at + layer).slice(0, 3)),
        ),
        ofFinal: matrixOf(model.blocks + 1, 5, false, 'probability', true),
        provenance: provenance('lens', null),
      };
    },
    pair: async ({ token, source, directions }, call) => {
      await work(`pair ${token},${source}`, call);
      const scored = (from: number) =>
        words.slice(from, from + 4).map((piece, at) => ({ id: from + at, piece, score: 1 / (at + 1) }));
      return {
        token,
        source,
        matrix: square('dModel', model.dModel, 11),
        singularValues: Float32Array.from({ length: model.dModel }, (_, at) => 3 / (at + 1)),
        directions: Array.from({ length: directions }, (_, at) => ({
          value: 3 / (at + 1),
          reads: [scored(at), scored(at + 4)] as const,
          writes: [scored(at + 2), scored(at + 6)] as const,
        })),
        trace: 1.5,
        frobenius: 4.2,
        provenance: provenance('pair', null),
      };
    },
    masked: async ({ token, class: chosen, foils, variants }, call) => {
      await work(`masked ${variants.length}`, call);
      const answer = { ...predictionsAt(token)[0]!, ...(chosen !== null && { id: chosen }) };
      const likely = (positions: readonly number[]) => Math.log(answer.probability) - 0.4 * positions.length;
      return {
        answer,
        logProbability: Math.log(answer.probability),
        eligible: Array.from({ length: Math.max(0, token - 1) }, (_, at) => at + 1),
        maskedBy: 'a zero embedding',
        logProbabilities: Float32Array.from(variants, likely),
        tops: variants.map((positions) => (positions.length > 2 ? answer.id + 1 : answer.id)),
        foils: new Float32Array(variants.length * foils.length).fill(-3),
        provenance: provenance('masked runs', null),
      };
    },
    planMasked: async ({ variants }, call) => {
      await work('planMasked', call);
      return {
        flops: 1e6 * variants.length,
        peakBytes: 1e6,
        seconds: 0.01 * variants.length,
        description: 'a fake plan',
      };
    },
    wordMatch: async (_, call) => {
      await work('wordMatch', call);
      return Float32Array.from({ length: 21 }, (_, at) => Math.sin(at));
    },
    plan: async (_, call) => {
      await work('plan', call);
      return { flops: 4.9e9, peakBytes: 7e6, seconds: 12.3, description: 'a fake plan' };
    },
    layers: async ({ target }, call) => {
      await work(`layers ${target.token}`, call);
      const rows = model.blocks + 1;
      const explains = 'logit of “mary” − mean logit';
      return {
        matrix: matrixOf(rows, 21, true, 'logit', false),
        bias: new Float32Array(rows).fill(0.4),
        total: new Float32Array(rows).fill(3),
        explains,
        fidelity,
        provenance: provenance('in+class', explains),
      };
    },
    nextToken: async (request, call) => {
      await work('nextToken', call);
      const { prompt } = request;
      const more = 'text' in prompt ? (prompt.continuation?.length ?? 0) : 0;
      const chosen = { id: 40 + more, piece: `word${more}`, logit: 2, probability: 0.6 };
      return {
        id: chosen.id,
        special: false,
        text: chosen.piece,
        chosen,
        alternatives: [chosen, { id: 5, piece: 'other', logit: 1, probability: 0.2 }],
        tokens: 4 + more,
        reused: more === 0 ? 0 : 3 + more,
        keptBytes: 1000,
        end: null,
        seconds: 0.01,
      };
    },
    relation: async (request, call) => {
      await work('relation', call);
      const rate = { value: 1, low: 0.8, high: 1, trials: 40, subjects: 20, lowest: 1, highest: 1 };
      const decoders = [{ decoder: 'tensor' as const, faithfulness: rate, accuracy: rate }];
      return {
        layer: request.layer,
        subjects: [],
        notes: [],
        scores: request.layers.map((layer) => ({ layer, training: request.training[0]!, decoders })),
        model: rate,
        causality: [],
        singularValues: new Float32Array(),
        directions: [],
        plan: { flops: 1e9, peakBytes: 1e6, seconds: null, description: 'made up' },
        seconds: 1,
      };
    },
    flowGraph: async ({ target }, call) => {
      await work(`flowGraph ${target.token}${'direction' in target ? '' : ' output'}`, call);
      const explains = 'direction' in target ? 'logit of “mary” − mean logit' : `‖y‖² of token ${target.token}`;
      const graph = flowGraphOf(model.blocks, model.heads, current().tokens.length, target.token);
      return { graph, explains, residuals: flowResiduals(graph), provenance: provenance('flow graph', explains) };
    },
    component: async ({ block, part, token }, call) => {
      await work(`component ${block} ${part} ${token}`, call);
      const scored = (at: number) => ({ id: at + 2, piece: words[at]!, score: 2 / (at + 1) });
      const lists = model.classes === 0 ? [[], []] : [[3, 4, 5].map(scored), [6, 7].map(scored)];
      return { promotes: lists[0]!, suppresses: lists[1]!, length: 1.25 };
    },
    besideJacobian: async ({ token }, call) => {
      await work(`besideJacobian ${token}`, call);
      const causal = (value: number) => Float32Array.from(pieces(), (_, at) => (at <= token ? value / (at + 1) : 0));
      const completeness = { tensor: 1e-6, jacobian: 0.7 };
      const [tensor, jacobian, difference] = [causal(3), causal(2), causal(1.5)];
      return { token, tensor, jacobian, difference, completeness, provenance: provenance('beside', null) };
    },
    remainder: async ({ target, sizes, directions }, call) => {
      await work(`remainder ${target.token}`, call);
      const measured = (power: number) =>
        Float32Array.from(
          { length: sizes.length * directions },
          (_, at) => sizes[Math.floor(at / directions)]! ** power,
        );
      const explains = 'logit of “mary” − mean logit';
      const found = { change: measured(1), tensor: measured(1), jacobian: measured(2) };
      return { ...found, explains, provenance: provenance('remainder', explains) };
    },
    attribute: async ({ method }, call) => {
      await work(`attribute ${method}`, call);
      const explains = 'logit of “mary” − mean logit';
      const relevance = Float32Array.from(pieces(), (_, at) => 0.3 * at);
      const adds = method !== 'saliency' && method !== 'chefer' && method !== 'ablation';
      const path = { steps: 80, gap: 0.002, error: 0.001, withoutInput: 0.1 };
      return {
        relevance,
        total: adds ? 3 : null,
        leftOver: adds ? 3 - sum(relevance) : null,
        map: null,
        integration: method === 'integrated_gradients' ? path : null,
        explains,
        class: { id: 2, piece: 'mary', logit: 5, probability: 0.6 },
        provenance: provenance(method, explains),
      };
    },
    planAttribute: async (_, call) => {
      await work('planAttribute', call);
      return { flops: 4.9e9, peakBytes: 7e6, seconds: 12.3, description: 'a fake plan' };
    },
    checkLogits: async (_, call) => {
      await work('checkLogits', call);
      return { error: 2.1e-5, note: 'against the float64 reference' };
    },
    lookUpOnnx: async () => null,
    checkOnnx: async () => {
      throw new UserError('not-found', 'The hub has no ONNX file.');
    },
    lookUp: async (list, call) => {
      await work(`lookUp ${list.join(' ')}`, call);
      return list.map((word) => (words.includes(word) ? words.indexOf(word) + 2 : null));
    },
    lookUpHub: async (address, call) => {
      await work(`lookUpHub ${address.id}`, call);
      const { id, revision, base = 'https://hub.test' } = address;
      const isStored = stored.some((model) => model.id === id && model.revision === revision);
      return {
        base,
        id,
        revision,
        family: 'Llama',
        refusal: null,
        parameters: 2e6,
        bytes: 8e6,
        stored: isStored,
        weights: 'f32',
        footprint: { device: { f32: 9e6, f16: 5e6 }, least: { f32: 2e6, f16: 1e6 }, tab: 1e7, tokens: 64 },
        caution: null,
        begun: 0,
        newer: null,
        room: null,
        readsText: true,
      };
    },
    storedModels: async (_, call) => {
      await work('storedModels', call);
      return stored;
    },
    deleteModel: async (address, call) => {
      await work(`deleteModel ${address.id}`, call);
      stored = stored.filter(({ id }) => id !== address.id);
      return null;
    },
    onLost: (listener) => {
      lost = listener;
    },
    dispose: () => {
      log.push('dispose');
    },
  };
}

function predictionsAt(at: number): Prediction[] {
  return [0.91, 0.05, 0.02, 0.01, 0.005].map((probability, rank) => {
    const id = ((at * 3 + rank) % words.length) + 2;
    return { id, piece: words[id - 2]!, logit: 8 - 2 * rank, probability };
  });
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}
