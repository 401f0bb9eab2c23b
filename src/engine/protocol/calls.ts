// The calls themselves, and the interface that serves them.

import type { KernelUse } from '../../gpu/profile';
import type { HubOffer } from '../../models/hub';
import type { StoredModel } from '../../models/hubList';
import type { OnnxOffer } from '../../models/onnxFiles';
import type { Plan } from './answer';
import type {
  AttributeRequest,
  AttributeResult,
  BesideRequest,
  BesideResult,
  RemainderRequest,
  RemainderResult,
} from './attribute';
import type { LogitCheck, OnnxCheck } from './checks';
import type { NextToken, NextTokenRequest } from './continuation';
import type { ComponentRequest, ComponentResult, FlowGraphRequest, FlowGraphResult } from './flowGraph';
import type { LayersRequest, LayersResult, LensRequest, LensResult } from './layers';
import type { MapRequest, MapResult } from './maps';
import type { MaskedRequest, MaskedResult, WordMatchRequest } from './masked';
import type { HubAddress, ModelInfo, OpenRequest } from './model';
import type { PromptRequest, RunSummary } from './prompt';
import type { RelationRequest, RelationResult } from './relation';
import type { PairRequest, PairResult, RowRequest, RowResult, SliceRequest, SliceResult } from './tensor';

export interface Progress {
  /** What is being done: "contributions", "attention flow", "norm map". */
  readonly name: string;
  /** 0…1. */
  readonly share: number;
  readonly plan: Plan | null;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** The run that a question is about. Absent: the latest; `beside`: the latest of `runBeside`. */
  readonly run?: 'beside';
}

/** For `?debug=1`: what an answer took. */
export interface Answered {
  readonly call: CallName;
  /** As JSON. */
  readonly request: string;
  /** null: the call has none. */
  readonly plan: Plan | null;
  readonly seconds: number;
  /** What was dispatched for it; null: it was computed on the CPU. */
  readonly kernels: readonly KernelUse[] | null;
}

/** Kind of request → [what is asked, what is answered]. Messages are mapped from this, so a kind cannot carry the wrong payload. */
export interface EngineCalls {
  open: [OpenRequest, ModelInfo];
  run: [PromptRequest, RunSummary];
  /** A second run next to the latest one, to compare them: it replaces the second run before it and leaves the latest alone. */
  runBeside: [PromptRequest, RunSummary];
  map: [MapRequest, MapResult];
  /** What `map` would cost, before anything is computed; null where it costs next to nothing. */
  plan: [MapRequest, Plan | null];
  row: [RowRequest, RowResult];
  slice: [SliceRequest, SliceResult];
  pair: [PairRequest, PairResult];
  layers: [LayersRequest, LayersResult];
  lens: [LensRequest, LensResult];
  /** Of the open model, whatever the latest run. A newer run does not cancel it. */
  relation: [RelationRequest, RelationResult];
  nextToken: [NextTokenRequest, NextToken];
  masked: [MaskedRequest, MaskedResult];
  /** What `masked` would cost. */
  planMasked: [MaskedRequest, Plan];
  /** x_j · u_c for every input token j: [source]. */
  wordMatch: [WordMatchRequest, Float32Array];
  flowGraph: [FlowGraphRequest, FlowGraphResult];
  component: [ComponentRequest, ComponentResult];
  besideJacobian: [BesideRequest, BesideResult];
  remainder: [RemainderRequest, RemainderResult];
  attribute: [AttributeRequest, AttributeResult];
  /** What `attribute` would cost; where it goes on until it is accurate enough, at most. */
  planAttribute: [AttributeRequest, Plan];
  checkLogits: [null, LogitCheck];
  /** The ONNX export of the open model on the hub; null: there is none. Nothing is downloaded. */
  lookUpOnnx: [null, OnnxOffer | null];
  /** Downloads the export (once, as long as the model is open), runs it on the latest run's input, and compares. */
  checkOnnx: [null, OnnxCheck];
  /** Looks words up in the open model's vocabulary: the id of the single token that spells the word, or null. */
  lookUp: [readonly string[], readonly (number | null)[]];
  /** What the hub has under an id. Nothing is stored, nothing large downloaded. */
  lookUpHub: [HubAddress, HubOffer];
  storedModels: [null, readonly StoredModel[]];
  deleteModel: [HubAddress, null];
}

export type CallName = keyof EngineCalls;

/** Every call after `run` refers to the latest run unless its options say another; a newer `run` makes older calls fail with `cancelled`. */
export type EngineApi = {
  readonly [K in CallName]: (request: EngineCalls[K][0], options?: CallOptions) => Promise<EngineCalls[K][1]>;
} & {
  /** Called once when the device is lost; later calls reject with `device-lost` until `open` is called again. */
  onLost(listener: (reason: string) => void): void;
  dispose(): void;
};
