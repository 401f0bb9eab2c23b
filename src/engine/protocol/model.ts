// Where a model comes from, and what is told of it once it is open.

import type { ChosenFile } from '../../models/local';
import type { WeightStorage } from '../../program/backend';

export type DeviceChoice = 'auto' | 'webgpu' | 'reference';

/** A model on the hub or a mirror of it. */
export interface HubAddress {
  readonly kind: 'hub';
  /** "owner/name". */
  readonly id: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Address of a mirror; left out: the hub itself. */
  readonly base?: string;
}

export interface EmbeddedAddress {
  readonly kind: 'embedded';
  readonly name: string;
}

/** Files that the reader has chosen in the page. They stay on this machine: the worker reads them, piece by piece. */
export interface LocalAddress {
  readonly kind: 'local';
  /** As the page and its links call the model. */
  readonly name: string;
  readonly files: readonly ChosenFile[];
}

/** A folder in the hub's layout, or one GGUF file: read by the command line. */
export interface FolderAddress {
  readonly kind: 'folder';
  readonly path: string;
}

/** Where a model comes from. Embedded models lie under `models/<name>/` beside the page. */
export type ModelAddress = EmbeddedAddress | HubAddress | LocalAddress | FolderAddress;

export interface OpenRequest {
  readonly model: ModelAddress;
  readonly device: DeviceChoice;
  /** How the graphics device stores matrices; float32 unless given. What is computed with them is float32 either way. */
  readonly weights?: WeightStorage;
  /**
   * Bytes that weights, a run and one pass may take on the device; weights that do not fit in are read again when they are used. null, the default:
   * what this program allows.
   */
  readonly memoryBudget?: number | null;
}

export interface DeviceInfo {
  readonly kind: 'webgpu' | 'reference';
  /** "Apple M2", "SwiftShader", or "float64 reference (CPU)". */
  readonly name: string;
  readonly maxBindingBytes: number | null;
  /** Why the reference runs although a GPU was asked for; a sentence with the remedy. */
  readonly fallback: string | null;
}

/** How the weights lie on the device, and what that changed. */
export interface WeightsInfo {
  readonly storage: WeightStorage | 'f64';
  /** As the device holds them. */
  readonly bytes: number;
  /** max|stored − weight| / max|weight| of the worst matrix; 0: nothing was rounded. */
  readonly error: number;
  /** The worst matrix; null: nothing was rounded. */
  readonly weight: string | null;
  /** Not all are on the device at once: how many bytes of them, and the memory that is allowed. Absent: all are. */
  readonly streamed?: { readonly bytes: number; readonly budget: number };
}

export interface ModelInfo {
  readonly id: string;
  readonly revision: string;
  readonly family: string;
  readonly title: string;
  /** "Q4_K": the weights are quantised, most numbers in this type. Absent: they are not. */
  readonly storedAs?: string;
  readonly blocks: number;
  readonly heads: number;
  readonly dModel: number;
  readonly dFfn: number;
  readonly vocab: number;
  readonly contextLength: number;
  readonly parameters: number;
  readonly causal: boolean;
  /** Numbers of a row of logits where these are not the tokens of the vocabulary; 0: the model has no head. Absent: `vocab`. */
  readonly classes?: number;
  /** A classifier: the one token at which its predictions stand and its targets are asked for, whatever tokens its head reads. Absent: all. */
  readonly readToken?: number;
  /** It has a chat template. */
  readonly chat?: boolean;
  /** An image model; absent: it reads text. */
  readonly image?: ImageInput;
  /** A classifier's classes by their numbers. */
  readonly labels?: readonly string[];
  readonly gated: boolean;
  /** Of the weight files. */
  readonly bytes: number;
  /** Absent in results stored before it was told: float32. */
  readonly weights?: WeightsInfo;
  /** Sentences that the reader must see: quantised weights, a model that could not be stored. Absent: none. */
  readonly remarks?: readonly string[];
  readonly device: DeviceInfo;
}

/** What an image model takes: a square of patches, row by row; they are its last tokens. */
export interface ImageInput {
  readonly side: number;
  readonly patch: number;
  /** How a picture is made ready, in words. */
  readonly preprocessing: string;
}
