// The engine: answers the protocol's calls with a model on a device. The same class runs in the page's worker and headless in Node.
// Each call is a question (questions/) dressed as a result: named axes, units, errors and provenance (results/).

import { defaultBudgets, deviceBudget } from '../models/footprint';
import { lookUpHub } from '../models/hub';
import { deleteHubModel, storedHubModels } from '../models/hubList';
import type { HubPlace } from '../models/hubPlace';
import { type LoadedModel, loadModel } from '../models/load';
import { lookUpOnnx, readOnnx } from '../models/onnxFiles';
import { type ClassNames, classNames } from '../models/tokenizer';
import { isPixels, type Pixels } from '../program/input';
import { cancelled, throwIfAborted, UserError } from '../tensor/errors';
import { createRatesKeeper, type RatesKeeper } from './deviceRates';
import type { Environment, OpenedDevice } from './environment';
import { createGeneration, type Generation } from './generation';
import { placeOf } from './hub';
import { refuseRun } from './longest';
import type { OnnxModel } from './onnx/runtime';
import {
  describeModel,
  type InputReaders,
  processorOf,
  progressOf,
  refuseForReference,
  uploadCheckpoint,
} from './opening';
import { type PromptInput, placedToken, readPrompt } from './promptInput';
import type {
  CallOptions,
  EngineApi,
  HubAddress,
  HubOffer,
  LayerRange,
  MapRequest,
  MapResult,
  MaskedRequest,
  ModelInfo,
  NextToken,
  NextTokenRequest,
  OnnxCheck,
  OnnxOffer,
  OpenRequest,
  OperatorName,
  OperatorScope,
  PromptRequest,
  RelationRequest,
  RelationResult,
  RunSummary,
  Scope,
  StoredModel,
  Target,
  WordMatchRequest,
} from './protocol';
import { hiddenOf, logitsOf, mixingRatiosOf, operatorRowOf, outputOf } from './questions/arrays';
import { flowMap, patternOf, rolloutMaps } from './questions/attention';
import { checkLogits } from './questions/checkLogits';
import { checkOnnx } from './questions/checkOnnx';
import { maskedPlan } from './questions/maskedRuns';
import type { Question } from './questions/question';
import { sliceOf } from './questions/slice';
import { wordMatch } from './questions/wordMatch';
import { attributeResult, planAttribute } from './results/attribute';
import { besideResult, remainderResult } from './results/beside';
import { componentResult, flowGraphResult } from './results/flowGraph';
import { layersResult } from './results/layers';
import { lensResult } from './results/lens';
import { mapPlan, mapResult } from './results/map';
import { maskedResult } from './results/masked';
import { pairResult } from './results/pair';
import { relationResult } from './results/relation';
import { rowResult } from './results/row';
import { sliceResult } from './results/slice';
import type { Subject } from './results/subject';
import { checkInput, checkWords, summarise } from './runSummary';
import { createSession, type RunPlace, type Session } from './session';

interface Opened extends InputReaders {
  readonly info: ModelInfo;
  readonly model: LoadedModel;
  readonly names: ClassNames;
  readonly device: OpenedDevice;
  readonly session: Session;
  readonly generation: Generation;
  /** null: the environment wants no measurement. */
  readonly rates: RatesKeeper | null;
  /** Where on the hub it comes from; null: from elsewhere. */
  readonly place: HubPlace | null;
  /** The hub's ONNX export of it, once it has been asked for. */
  onnx: OnnxModel | null;
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

  /**
   * Checks a model, opens a device for it, closes what was open before, and takes the weights to the device: never two models' weights at once. A
   * newer `open` cancels this one.
   */
  open = async (request: OpenRequest, options: CallOptions = {}): Promise<ModelInfo> => {
    const opening = ++this.#opening;
    const told = request.model.kind === 'hub' || request.model.kind === 'local';
    const weights = request.weights ?? 'f32';
    const memoryBudget = request.memoryBudget ?? null;
    const progress = progressOf(options);
    const model = await loadModel(this.#environment.files(request.model), {
      signal: options.signal,
      onProgress: (file, loaded, total) => progress(told ? file : null, loaded, total),
      onWaiting: (file) =>
        options.onProgress?.({ name: `${file}: another tab downloads it, waiting for that`, share: 0, plan: null }),
      weights,
      budgets: { ...defaultBudgets, ...(memoryBudget !== null && { device: memoryBudget }) },
    });
    const [tokenizer, imageProcessor] = await Promise.all([model.tokenizer(), processorOf(model)]);
    const device = await this.#environment.device(request.device, weights);
    const throwIfOutdated = () => {
      if (opening !== this.#opening || options.signal?.aborted) throw cancelled();
    };
    let info: ModelInfo;
    let session: Session | null = null;
    try {
      throwIfOutdated();
      if (device.info.kind === 'reference') refuseForReference(model);
      this.#close();
      const { measuresDevice } = this.#environment;
      const rates = measuresDevice
        ? createRatesKeeper(device.backend, `${device.info.name} ${weights}`, device.tune)
        : null;
      session = await createSession(model.program, model.weights, device.backend, {
        checkpoint: uploadCheckpoint(throwIfOutdated, options),
        memoryBudget: memoryBudget ?? (model.streamed ? deviceBudget : null),
        rates: () => rates?.rates() ?? null,
      });
      info = describeModel(model, await model.info(), { tokenizer, imageProcessor }, device, session, weights);
      throwIfOutdated();
      const place = request.model.kind === 'hub' ? placeOf(request.model) : null;
      const names = classNames(model.spec.classifier?.labels ?? null, tokenizer);
      const generation = createGeneration(session, tokenizer, names);
      const opened = { info, model, tokenizer, names, imageProcessor, device, session, generation, rates, place };
      this.#opened = { ...opened, onnx: null };
    } catch (error) {
      session?.dispose();
      device.dispose();
      throw error;
    } finally {
      model.weights.release();
    }
    this.#lost = null;
    device.lost.then((reason) => {
      if (this.#opened?.device !== device) return;
      this.#lost = reason;
      for (const listener of this.#lostListeners) listener(reason);
    });
    return info;
  };

  /** Runs the model on a prompt. Questions about the run before are cancelled. */
  run = (request: PromptRequest, options?: CallOptions): Promise<RunSummary> => this.#run(request, 'latest', options);

  runBeside = (request: PromptRequest, options?: CallOptions): Promise<RunSummary> =>
    this.#run(request, 'beside', options);

  async #run(request: PromptRequest, place: RunPlace, options: CallOptions = {}): Promise<RunSummary> {
    const { session, tokenizer, names, model, rates } = this.#ready();
    const started = performance.now();
    const { input, picture, read } = await this.#read(request);
    checkInput(input, model.program);
    if ('text' in request && !isPixels(input)) checkWords(input, tokenizer);
    await refuseRun(model.program, session.backend, isPixels(input) ? model.program.contextLength : input.length);
    throwIfAborted(options.signal);
    const end = rates?.begin();
    let summary: Awaited<ReturnType<typeof summarise>>;
    try {
      const run = await session.run(input, () => throwIfAborted(options.signal), place);
      const question = { session, run, options };
      summary = await run.hold(() => summarise(question, tokenizer, names));
    } finally {
      end?.();
    }
    return {
      ...summary,
      tokens: read ? summary.tokens.map((token, at) => placedToken(token, read.tokens[at])) : summary.tokens,
      ...(read?.chat && { chat: read.chat }),
      ...(picture && { picture }),
      run: ++this.#runs,
      seconds: (performance.now() - started) / 1000,
    };
  }

  map = this.#about(async (subject, request: MapRequest): Promise<MapResult> => {
    const result = await mapResult(subject, request);
    const priced = result.provenance.plan?.seconds ?? null;
    // Of probes the plan prices all, and some may have been there.
    if (priced !== null && !result.estimate)
      this.#opened?.rates?.learn(priced, (performance.now() - subject.started) / 1000);
    return result;
  });
  row = this.#about(rowResult);
  slice = this.#about(sliceResult);
  pair = this.#about(pairResult);
  layers = this.#about(layersResult);
  lens = this.#about(lensResult);
  flowGraph = this.#about(flowGraphResult);
  component = this.#about(componentResult);
  besideJacobian = this.#about(besideResult);
  remainder = this.#about(remainderResult);
  attribute = this.#about(attributeResult);
  masked = this.#about(maskedResult);
  wordMatch = this.#about(({ question }, request: WordMatchRequest) => wordMatch(question, request.class));
  checkLogits = this.#about(({ question }, _request: null) => checkLogits(question, this.#ready().model));

  plan = this.#priced(mapPlan);
  planAttribute = this.#priced(planAttribute);
  planMasked = this.#priced(({ question }, { variants }: MaskedRequest) => maskedPlan(question, variants.length));

  nextToken = (request: NextTokenRequest, options: CallOptions = {}): Promise<NextToken> =>
    this.#askModel(options, async ({ generation }) => {
      const { input } = await this.#read(request.prompt);
      if (isPixels(input)) throw new UserError('bad-prompt', 'A picture cannot be continued: give a text.');
      return generation.next(input, request.sampling, options);
    });

  relation = (request: RelationRequest, options: CallOptions = {}): Promise<RelationResult> =>
    this.#askModel(options, ({ session, tokenizer, names, rates }) =>
      relationResult({ session, tokenizer, names, options, rates: rates?.rates() ?? null }, request),
    );

  lookUpOnnx = async (_request: null, options: CallOptions = {}): Promise<OnnxOffer | null> => {
    const { place } = this.#ready();
    return place && lookUpOnnx(place, options.signal);
  };

  checkOnnx = async (_request: null, options: CallOptions = {}): Promise<OnnxCheck> => {
    const opened = this.#ready();
    opened.onnx ??= await this.#openOnnx(opened, options);
    const model = opened.onnx;
    return this.#ask(options, ({ question }) => checkOnnx(question, model));
  };

  lookUp = async (words: readonly string[]): Promise<(number | null)[]> => {
    const { names } = this.#ready();
    return words.map((word) => names.idOf(word));
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

  /** What the run was on; null: text. */
  pixels = (): Pixels | null => {
    const { input } = this.#ready().session.current();
    return isPixels(input) ? input : null;
  };

  hidden = this.#about(({ question }, block: number) => hiddenOf(question, block));
  logits = (): Promise<ArrayLike<number>> => this.#ask({}, ({ question }) => logitsOf(question));
  output = this.#about(({ question }, scope: Scope) => outputOf(question, scope));
  /** Post-softmax attention of a block, [head, query, key]. */
  pattern = this.#about(({ question }, block: number) => patternOf(question, block));
  /** Rollout up to every block of the range, [token, token] each. */
  rollouts = this.#about(({ question }, range: LayerRange) => rolloutMaps(question, range));
  mixingRatios = this.#about(({ question }, range: LayerRange) => mixingRatiosOf(question, range));
  /** Attention flow over the range: maximum flows, and the same with rows of sum 1, [token, token] each. */
  flows = this.#about(({ question }, range: LayerRange) => flowMap(question, range));

  /** T[token, :, :, :], or another operator's, [channel, source, channel]. */
  sliceOf = (token: number, scope: OperatorScope): Promise<ArrayLike<number>> =>
    this.#ask({}, async ({ question }) => (await sliceOf(question, scope, token)).data);

  /** Oᵀ c for a target, [source, channel]: the row of T, of the Jacobian, or of what lies between. */
  operatorRow = (target: Target, operator: OperatorName, scope: Scope): Promise<ArrayLike<number>> =>
    this.#ask({}, ({ question, names }) => operatorRowOf(question, target, operator, scope, names.word));

  /** Bytes of the arrays alive on the device. */
  memory(): { readonly live: number; readonly peak: number } {
    return this.#ready().device.backend.memory();
  }

  #read(request: PromptRequest): Promise<PromptInput> {
    return readPrompt(request, this.#ready(), this.#environment.decodePicture);
  }

  /** A call that is answered about a run. */
  #about<Request, Reply>(answer: (subject: Subject, request: Request) => Promise<Reply>) {
    return (request: Request, options: CallOptions = {}): Promise<Reply> =>
      this.#ask(options, (subject) => answer(subject, request));
  }

  /** A call that tells a price, in seconds too: the device is measured before. */
  #priced<Request, Reply>(answer: (subject: Subject, request: Request) => Promise<Reply>) {
    return async (request: Request, options: CallOptions = {}): Promise<Reply> => {
      await this.#ready().rates?.measured();
      return this.#ask(options, (subject) => answer(subject, request));
    };
  }

  /** Asks a question about a run, which stays alive until it is answered. */
  #ask<Reply>(options: CallOptions, answer: (subject: Subject) => Promise<Reply>): Promise<Reply> {
    return this.#askModel(options, ({ session, tokenizer, names, info, rates }) => {
      const run = session.current(options.run);
      const question: Question = { session, run, options, rates: rates?.rates() ?? null };
      return run.hold(() => answer({ question, tokenizer, names, info, started: performance.now() }));
    });
  }

  /** Asks something of the open model. An answer that is no longer wanted is not given. */
  async #askModel<Reply>(options: CallOptions, answer: (opened: Opened) => Promise<Reply>): Promise<Reply> {
    const opened = this.#ready();
    throwIfAborted(options.signal);
    const end = opened.rates?.begin();
    try {
      const reply = await answer(opened);
      throwIfAborted(options.signal);
      return reply;
    } catch (error) {
      if (this.#lost) throw new UserError('device-lost', this.#lost, { cause: error });
      throw error;
    } finally {
      end?.();
    }
  }

  async #openOnnx(opened: Opened, options: CallOptions): Promise<OnnxModel> {
    const { place } = opened;
    if (!place) throw new UserError('bad-request', 'Only a model of the hub can be compared with the hub’s ONNX file.');
    const progress = progressOf(options);
    const onProgress = (loaded: number, total: number | null) => progress('model.onnx', loaded, total);
    const files = await readOnnx(place, { signal: options.signal, onProgress });
    const { openOnnx } = await import('./onnx/runtime');
    const model = await openOnnx(files);
    if (this.#opened === opened && !options.signal?.aborted) return model;
    await model.dispose();
    throw cancelled();
  }

  #ready(): Opened {
    if (this.#lost) throw new UserError('device-lost', this.#lost);
    if (!this.#opened) throw new UserError('bad-request', 'No model is open: choose one first.');
    return this.#opened;
  }

  #close(): void {
    this.#opened?.generation.dispose();
    this.#opened?.rates?.dispose();
    this.#opened?.session.dispose();
    this.#opened?.device.dispose();
    void this.#opened?.onnx?.dispose();
    this.#opened = null;
  }
}
