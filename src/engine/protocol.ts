// What the page (or the command line) may ask of the engine, and what comes back. Types only: the same interface is served by the Web Worker,
// by the engine directly in Node, and by the stored examples. Everything here survives structured cloning. This file is the one door to protocol/,
// where the types lie by topic.

export type { KernelUse } from '../gpu/profile';
export type { HubOffer } from '../models/hub';
export type { StoredModel } from '../models/hubList';
export type { ChosenFile } from '../models/local';
export type { OnnxOffer } from '../models/onnxFiles';
export type { WeightStorage } from '../program/backend';
export type * from './protocol/answer';
export type * from './protocol/attribute';
export type * from './protocol/calls';
export type * from './protocol/checks';
export type * from './protocol/continuation';
export type * from './protocol/flowGraph';
export type * from './protocol/layers';
export type * from './protocol/maps';
export type * from './protocol/masked';
export type * from './protocol/model';
export type * from './protocol/prompt';
export type * from './protocol/relation';
export type * from './protocol/scope';
export type * from './protocol/tensor';
