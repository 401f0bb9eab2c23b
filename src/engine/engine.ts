// The engine: answers the protocol's calls with a model on a device. The same class runs in the page's worker and headless in Node.
// Each call is a question (questions/) dressed as a result: named axes, units, errors and provenance (results/).

import { mixingRatio } from '../attribution/mixingRatio';
import { defaultBudgets, deviceBudget } from '../models/footprint';
import { lookUpHub } from '../models/hub';
import { deleteHubModel, storedHubModels } from '../models/hubList';
import type { HubPlace } from '../models/hubPlace';
import { readImageHeader } from '../models/image/header';
import { processImage } from '../models/image/processor';
import { type LoadedModel, loadModel } from '../models/load';
import { lookUpOnnx, readOnnx } from '../models/onnxFiles';
import { type ClassNames, classNames, type ReadText, type ReadToken } from '../models/tokenizer';
import { isPixels, type Pixels, type RunInput } from '../program/input';
import { logitRowsOf } from '../program/program';
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
import type {
  AttributeRequest,
  AttributeResult,
  BesideRequest,
  BesideResult,
  CallOptions,
  ComponentRequest,
  ComponentResult,
  EngineApi,
  FlowGraphRequest,
  FlowGraphResult,
  HubAddress,
  HubOffer,
  LayerRange,
  LayersRequest,
  LayersResult,
  LensRequest,
  LensResult,
  LogitCheck,
  MapRequest,
  MapResult,
  MaskedRequest,
  MaskedResult,
  ModelInfo,
  NextToken,
  NextTokenRequest,
  OnnxCheck,
  OnnxOffer,
  OpenRequest,
  OperatorName,
  PairRequest,
  PairResult,
  PictureFile,
  Plan,
  PromptRequest,
  RelationRequest,
  RelationResult,
  RemainderRequest,
  RemainderResult,
  RowRequest,
  RowResult,
  RunSummary,
  Scope,
  SeenPicture,
  SliceRequest,
  SliceResult,
  StoredModel,
  Target,
  Token,
  WordMatchRequest,
} from './protocol';
import { flowMap, patternOf, rolloutMaps } from './questions/attention';
import { vectorNorms } from './questions/attentionVectors';
import { biasOf } from './questions/bias';
import { checkLogits } from './questions/checkLogits';
import { checkOnnx } from './questions/checkOnnx';
import { explain } from './questions/explained';
import { modelLogits } from './questions/logits';
import { maskedPlan } from './questions/maskedRuns';
import { operatorRow } from './questions/operatorRow';
import { checkRange, outputReadOut, type Question } from './questions/question';
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
import { type RelationContext, relationResult } from './results/relation';
import { rowResult } from './results/row';
import { sliceResult } from './results/slice';
import { type Subject, wordOf } from './results/subject';
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

/** What a request gives the model, and what the page wants to know of it. */
interface Input {
  readonly input: RunInput;
  readonly read?: ReadText;
  readonly picture?: SeenPicture;
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
    const { input, picture, read } = await this.#inputOf(request);
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
      tokens: read ? summary.tokens.map((token, at) => readToken(token, read.tokens[at])) : summary.tokens,
      ...(read?.chat && { chat: read.chat }),
      ...(picture && { picture }),
      run: ++this.#runs,
      seconds: (performance.now() - started) / 1000,
    };
  }

  map = (request: MapRequest, options?: CallOptions): Promise<MapResult> =>
    this.#ask(options, async (subject) => {
      const result = await mapResult(subject, request);
      const priced = result.provenance.plan?.seconds ?? null;
      // Of probes the plan prices all, and some may have been there.
      if (priced !== null && !result.estimate)
        this.#opened?.rates?.learn(priced, (performance.now() - subject.started) / 1000);
      return result;
    });

  plan = async (request: MapRequest, options?: CallOptions): Promise<Plan | null> => {
    await this.#ready().rates?.measured();
    throwIfAborted(options?.signal);
    return this.#ask(options, (subject) => mapPlan(subject, request));
  };

  row = (request: RowRequest, options?: CallOptions): Promise<RowResult> =>
    this.#ask(options, (subject) => rowResult(subject, request));

  slice = (request: SliceRequest, options?: CallOptions): Promise<SliceResult> =>
    this.#ask(options, (subject) => sliceResult(subject, request));

  pair = (request: PairRequest, options?: CallOptions): Promise<PairResult> =>
    this.#ask(options, (subject) => pairResult(subject, request));

  lens = (request: LensRequest, options?: CallOptions): Promise<LensResult> =>
    this.#ask(options, (subject) => lensResult(subject, request));

  layers = (request: LayersRequest, options?: CallOptions): Promise<LayersResult> =>
    this.#ask(options, (subject) => layersResult(subject, request));

  nextToken = (request: NextTokenRequest, options: CallOptions = {}): Promise<NextToken> =>
    this.#askModel(options, async () => {
      const { input } = await this.#inputOf(request.prompt);
      if (isPixels(input)) throw new UserError('bad-prompt', 'A picture cannot be continued: give a text.');
      return this.#ready().generation.next(input, request.sampling, options);
    });

  relation = (request: RelationRequest, options?: CallOptions): Promise<RelationResult> =>
    this.#askModel(options, (context) => relationResult(context, request));

  masked = (request: MaskedRequest, options?: CallOptions): Promise<MaskedResult> =>
    this.#ask(options, (subject) => maskedResult(subject, request));

  planMasked = async (request: MaskedRequest, options?: CallOptions): Promise<Plan> => {
    await this.#ready().rates?.measured();
    throwIfAborted(options?.signal);
    return this.#ask(options, ({ question }) => maskedPlan(question, request.variants.length));
  };

  wordMatch = (request: WordMatchRequest, options?: CallOptions): Promise<Float32Array> =>
    this.#ask(options, ({ question }) => wordMatch(question, request.class));

  flowGraph = (request: FlowGraphRequest, options?: CallOptions): Promise<FlowGraphResult> =>
    this.#ask(options, (subject) => flowGraphResult(subject, request));

  component = (request: ComponentRequest, options?: CallOptions): Promise<ComponentResult> =>
    this.#ask(options, (subject) => componentResult(subject, request));
  besideJacobian = (request: BesideRequest, options?: CallOptions): Promise<BesideResult> =>
    this.#ask(options, (subject) => besideResult(subject, request));

  remainder = (request: RemainderRequest, options?: CallOptions): Promise<RemainderResult> =>
    this.#ask(options, (subject) => remainderResult(subject, request));

  attribute = (request: AttributeRequest, options?: CallOptions): Promise<AttributeResult> =>
    this.#ask(options, (subject) => attributeResult(subject, request));

  planAttribute = async (request: AttributeRequest, options?: CallOptions): Promise<Plan> => {
    await this.#ready().rates?.measured();
    throwIfAborted(options?.signal);
    return this.#ask(options, (subject) => planAttribute(subject, request));
  };

  checkLogits = (_request: null, options?: CallOptions): Promise<LogitCheck> =>
    this.#ask(options, ({ question }) => checkLogits(question, this.#ready().model));

  lookUpOnnx = async (_request: null, options: CallOptions = {}): Promise<OnnxOffer | null> => {
    const { place } = this.#ready();
    return place && lookUpOnnx(place, options.signal);
  };

  checkOnnx = async (_request: null, options: CallOptions = {}): Promise<OnnxCheck> => {
    const opened = this.#ready();
    const model = opened.onnx ?? (await this.#openOnnx(opened, options));
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

  /** Residual stream before block `block`; after the last for block = blocks. [token, dModel] */
  hidden = (block: number): Promise<ArrayLike<number>> =>
    this.#ask({}, ({ question: { session, run } }) => session.backend.read(run.trace.hidden[block]!.data));

  /** Logits of all tokens, [token, vocab]; of a classifier [class]. */
  logits = (): Promise<ArrayLike<number>> =>
    this.#ask({}, ({ question }) => {
      return modelLogits(question, 0, logitRowsOf(question.session.program, question.run.trace.tokens));
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

  /** Mixing ratio of every block of the range, [token] each. */
  mixingRatios = (range: LayerRange): Promise<readonly ArrayLike<number>[]> =>
    this.#ask({}, async ({ question }) => (await vectorNorms(question, range)).norms.map(mixingRatio));

  /** Attention flow over the range: maximum flows, and the same with rows of sum 1, [token, token] each. */
  flows = (range: LayerRange): Promise<{ readonly raw: ArrayLike<number>; readonly normalised: ArrayLike<number> }> =>
    this.#ask({}, ({ question }) => flowMap(question, range));

  /** T[token, :, :, :], [channel, source, channel]. */
  sliceOf = (token: number, scope: Scope): Promise<ArrayLike<number>> =>
    this.#ask({}, async ({ question }) => (await sliceOf(question, scope, token)).data);

  /** Oᵀ c for a target, [source, channel]: the row of T, of the Jacobian, or of what lies between. */
  operatorRow = (target: Target, operator: OperatorName, scope: Scope): Promise<ArrayLike<number>> =>
    this.#ask({}, async (subject) => {
      const { question } = subject;
      checkRange(question, scope.range);
      const explained = await explain(question, target, scope.range[1], wordOf(subject));
      return (await operatorRow(question, scope, operator, explained)).values;
    });

  /** Bytes of the arrays alive on the device. */
  memory(): { readonly live: number; readonly peak: number } {
    return this.#ready().device.backend.memory();
  }

  async #inputOf(request: PromptRequest): Promise<Input> {
    if ('pixels' in request) return { input: request.pixels };
    if ('picture' in request) return this.#see(request.picture);
    if ('ids' in request) return { input: request.ids };
    const read = this.#ready().tokenizer.read(request.text, request.chat);
    const { continuation = [] } = request;
    return { input: [...read.ids, ...continuation], read };
  }

  /** A picture as the model takes it, and the part of it that the model sees. */
  async #see({ name, bytes }: PictureFile): Promise<Input> {
    const { imageProcessor } = this.#ready();
    const { decodePicture } = this.#environment;
    if (!imageProcessor) throw new UserError('bad-prompt', 'This model reads text: give a prompt, not a picture.');
    if (imageProcessor instanceof UserError) throw imageProcessor;
    if (!decodePicture) throw new UserError('bad-request', 'Pictures cannot be decoded here: give pixels.');
    const image = await decodePicture(bytes, readImageHeader(bytes, name), name);
    const { pixels, seen } = processImage(imageProcessor, image);
    const { width, height } = image;
    return { input: pixels, picture: { side: seen.width, rgb: seen.rgb, original: [width, height] } };
  }

  /** Asks a question about a run, which stays alive until it is answered. An answer that is no longer wanted is not given. */
  async #ask<T>(options: CallOptions = {}, answer: (subject: Subject) => Promise<T>): Promise<T> {
    const { session, tokenizer, names, info, rates } = this.#ready();
    const run = session.current(options.run);
    const question: Question = { session, run, options, rates: rates?.rates() ?? null };
    throwIfAborted(options.signal);
    const end = rates?.begin();
    try {
      const reply = await run.hold(() => answer({ question, tokenizer, names, info, started: performance.now() }));
      throwIfAborted(options.signal);
      return reply;
    } catch (error) {
      if (this.#lost) throw new UserError('device-lost', this.#lost, { cause: error });
      throw error;
    } finally {
      end?.();
    }
  }

  /** Asks something of the open model that has nothing to do with the latest run. */
  async #askModel<T>(options: CallOptions = {}, answer: (context: RelationContext) => Promise<T>): Promise<T> {
    const { session, tokenizer, names, rates } = this.#ready();
    throwIfAborted(options.signal);
    const end = rates?.begin();
    try {
      const reply = await answer({ session, tokenizer, names, options, rates: rates?.rates() ?? null });
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
    if (this.#opened !== opened || options.signal?.aborted) {
      await model.dispose();
      throw cancelled();
    }
    opened.onnx = model;
    return model;
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

/** A token with what of the prompt it stands for; what is usual is left out. Past the prompt it belongs to a continuation. */
function readToken(token: Token, read: ReadToken | undefined): Token {
  if (!read) return { ...token, generated: true };
  const { range, partial, word, inserted } = read;
  return { ...token, ...(range && { range }), ...(partial && { partial }), word, ...(inserted && { inserted }) };
}
