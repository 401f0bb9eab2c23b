// The engine: answers the protocol's calls with a model on a device. The same class runs in the page's worker and headless in Node.
// Each call is a question (questions/) dressed as a result: named axes, units, errors and provenance (results/).

import { describeShare } from '../models/files';
import { lookUpHub } from '../models/hub';
import { deleteHubModel, storedHubModels } from '../models/hubList';
import { type LoadedModel, loadModel } from '../models/load';
import { createPace } from '../models/pace';
import type { ModelTokenizer } from '../models/tokenizer';
import { isPixels, type RunInput } from '../program/input';
import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import type { Environment, OpenedDevice } from './environment';
import { placeOf } from './hub';
import type {
  CallOptions,
  EngineApi,
  HubAddress,
  HubOffer,
  LayerRange,
  LayersRequest,
  LayersResult,
  LogitCheck,
  MapRequest,
  MapResult,
  ModelInfo,
  OpenRequest,
  PairRequest,
  PairResult,
  Plan,
  PromptRequest,
  RowRequest,
  RowResult,
  RunSummary,
  Scope,
  SliceRequest,
  SliceResult,
  StoredModel,
} from './protocol';
import { flowMap, patternOf, rolloutMaps } from './questions/attention';
import { biasOf } from './questions/bias';
import { checkLogits } from './questions/checkLogits';
import { logitRows } from './questions/logits';
import { checkRange, outputReadOut, type Question } from './questions/question';
import { sliceOf } from './questions/slice';
import { layersResult } from './results/layers';
import { mapPlan, mapResult } from './results/map';
import { pairResult } from './results/pair';
import { rowResult } from './results/row';
import { sliceResult } from './results/slice';
import type { Subject } from './results/subject';
import { checkInput, checkWords, summarise } from './runSummary';
import { createSession, type Session } from './session';

interface Opened {
  readonly info: ModelInfo;
  readonly model: LoadedModel;
  readonly tokenizer: ModelTokenizer;
  readonly device: OpenedDevice;
  readonly session: Session;
}

export class Engine implements EngineApi {
  readonly #environment: Environment;
  readonly #lostListeners: ((reason: string) => void)[] = [];
  #opened: Opened | null = null;
  #opening = 0;
  #runs = 0;
  #lost: string | null = null;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Loads a model and opens a device for it; then what was open before is closed. A newer `open` cancels this one. */
  open = async (request: OpenRequest, options: CallOptions = {}): Promise<ModelInfo> => {
    const opening = ++this.#opening;
    const told = request.model.kind === 'hub' || request.model.kind === 'local';
    const pace = createPace();
    const progress = (file: string, loaded: number, total: number | null) =>
      options.onProgress?.({
        name: told ? `${file}, ${describeShare(loaded, total)}${pace(file, loaded, total)}` : 'model',
        share: total ? Math.min(1, loaded / total) : 0,
        plan: null,
      });
    const model = await loadModel(this.#environment.files(request.model), {
      signal: options.signal,
      onProgress: progress,
    });
    const tokenizer = await model.tokenizer();
    const device = await this.#environment.device(request.device);
    if (opening !== this.#opening || options.signal?.aborted) {
      device.dispose();
      throw cancelled();
    }
    this.#close();
    const info = describeModel(model, device);
    const session = createSession(model.program, model.weights, device.backend);
    this.#opened = { info, model, tokenizer, device, session };
    this.#lost = null;
    device.lost.then((reason) => {
      if (this.#opened?.device !== device) return;
      this.#lost = reason;
      for (const listener of this.#lostListeners) listener(reason);
    });
    return info;
  };

  /** Runs the model on a prompt. Questions about the run before are cancelled. */
  run = async (request: PromptRequest, options: CallOptions = {}): Promise<RunSummary> => {
    const { session, tokenizer, model } = this.#ready();
    const started = performance.now();
    const input = inputOf(request, tokenizer);
    checkInput(input, model.program);
    if ('text' in request && !isPixels(input)) checkWords(input, tokenizer);
    const run = await session.run(input, () => throwIfAborted(options.signal));
    const question = { session, run, options };
    const summary = await run.hold(() => summarise(question, tokenizer));
    return { ...summary, run: ++this.#runs, seconds: (performance.now() - started) / 1000 };
  };

  map = (request: MapRequest, options?: CallOptions): Promise<MapResult> =>
    this.#ask(options, (subject) => mapResult(subject, request));

  plan = (request: MapRequest, options?: CallOptions): Promise<Plan | null> =>
    this.#ask(options, (subject) => mapPlan(subject, request));

  row = (request: RowRequest, options?: CallOptions): Promise<RowResult> =>
    this.#ask(options, (subject) => rowResult(subject, request));

  slice = (request: SliceRequest, options?: CallOptions): Promise<SliceResult> =>
    this.#ask(options, (subject) => sliceResult(subject, request));

  pair = (request: PairRequest, options?: CallOptions): Promise<PairResult> =>
    this.#ask(options, (subject) => pairResult(subject, request));

  layers = (request: LayersRequest, options?: CallOptions): Promise<LayersResult> =>
    this.#ask(options, (subject) => layersResult(subject, request));

  checkLogits = (_request: null, options?: CallOptions): Promise<LogitCheck> =>
    this.#ask(options, ({ question }) => checkLogits(question, this.#ready().model));

  lookUp = async (words: readonly string[]): Promise<(number | null)[]> => {
    const { tokenizer } = this.#ready();
    return words.map((word) => tokenizer.idOf(word));
  };

  // The store of hub models is the environment's own (a browser's); no model needs to be open for these.

  lookUpHub = async (address: HubAddress, options: CallOptions = {}): Promise<HubOffer> =>
    lookUpHub(placeOf(address), options.signal, this.#environment.store);

  storedModels = async (): Promise<readonly StoredModel[]> => storedHubModels();

  deleteModel = async (address: HubAddress): Promise<null> => {
    await deleteHubModel(placeOf(address));
    return null;
  };

  onLost = (listener: (reason: string) => void): void => {
    this.#lostListeners.push(listener);
  };

  dispose = (): void => {
    this.#opening++;
    this.#close();
  };

  // ---- plain arrays, for files -------------------------------------------------------------------------------------------------

  /** Residual stream before block `block`; after the last for block = blocks. [token, dModel] */
  hidden = (block: number): Promise<ArrayLike<number>> =>
    this.#ask({}, ({ question: { session, run } }) => session.backend.read(run.trace.hidden[block]!.data));

  /** Logits of all tokens, [token, vocab]; of a classifier [class]. */
  logits = (): Promise<ArrayLike<number>> =>
    this.#ask({}, ({ question }) => {
      const { blocks, readToken } = question.session.program;
      const [first, count] = readToken === null ? [0, question.run.trace.tokens] : [readToken, 1];
      return logitRows(question, blocks, first, count);
    });

  /** What a scope maps to (y, or the residual stream where the range ends early) and its bias B, both [token, dModel]. */
  output = (scope: Scope): Promise<{ readonly y: ArrayLike<number>; readonly bias: ArrayLike<number> }> =>
    this.#ask({}, async ({ question }) => {
      checkRange(question, scope.range);
      const { session, run } = question;
      const readOut = outputReadOut(question, scope.range);
      const y = readOut === 'output' ? run.trace.output : run.trace.hidden[scope.range[1]]!;
      return { y: await session.backend.read(y.data), bias: await biasOf(question, scope, readOut) };
    });

  /** Post-softmax attention of a block, [head, query, key]. */
  pattern = (block: number): Promise<ArrayLike<number>> => this.#ask({}, ({ question }) => patternOf(question, block));

  /** Rollout up to every block of the range, [token, token] each. */
  rollouts = (range: LayerRange): Promise<readonly ArrayLike<number>[]> =>
    this.#ask({}, ({ question }) => rolloutMaps(question, range));

  /** Attention flow over the range: maximum flows, and the same with rows of sum 1, [token, token] each. */
  flows = (range: LayerRange): Promise<{ readonly raw: ArrayLike<number>; readonly normalised: ArrayLike<number> }> =>
    this.#ask({}, ({ question }) => flowMap(question, range));

  /** T[token, :, :, :], [channel, source, channel]. */
  sliceOf = (token: number, scope: Scope): Promise<ArrayLike<number>> =>
    this.#ask({}, async ({ question }) => (await sliceOf(question, scope, token)).data);

  /** Bytes of the arrays alive on the device. */
  memory(): { readonly live: number; readonly peak: number } {
    return this.#ready().device.backend.memory();
  }

  /** Asks a question about the latest run, which stays alive until it is answered. */
  async #ask<T>(options: CallOptions = {}, answer: (subject: Subject) => Promise<T>): Promise<T> {
    const { session, tokenizer, info } = this.#ready();
    const run = session.current();
    const question: Question = { session, run, options };
    try {
      return await run.hold(() => answer({ question, tokenizer, info, started: performance.now() }));
    } catch (error) {
      if (this.#lost) throw new UserError('device-lost', this.#lost, { cause: error });
      throw error;
    }
  }

  #ready(): Opened {
    if (this.#lost) throw new UserError('device-lost', this.#lost);
    if (!this.#opened) throw new UserError('bad-request', 'No model is open: choose one first.');
    return this.#opened;
  }

  #close(): void {
    this.#opened?.session.dispose();
    this.#opened?.device.dispose();
    this.#opened = null;
  }
}

function inputOf(request: PromptRequest, tokenizer: ModelTokenizer): RunInput {
  if ('pixels' in request) return request.pixels;
  return 'ids' in request ? request.ids : tokenizer.encode(request.text);
}

function describeModel({ program, info, remarks: remarksOf }: LoadedModel, device: OpenedDevice): ModelInfo {
  const remarks = remarksOf();
  return {
    id: info.id,
    revision: info.revision,
    family: info.family,
    title: info.title,
    ...(info.storedAs === undefined ? {} : { storedAs: info.storedAs }),
    blocks: program.blocks,
    heads: program.heads,
    dModel: program.dModel,
    dFfn: program.dFfn,
    vocab: program.vocab,
    contextLength: program.contextLength,
    parameters: info.parameters,
    causal: program.causal,
    ...(program.readToken === null ? {} : { readToken: program.readToken }),
    gated: program.gated,
    bytes: info.bytes,
    ...(remarks.length === 0 ? {} : { remarks }),
    device: device.info,
  };
}
