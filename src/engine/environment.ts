// What the engine needs from where it runs: a browser's worker, or Node. Files of models and devices come from here; nothing else differs.

import type { Profile } from '../gpu/profile';
import type { ModelFiles } from '../models/files';
import type { StoreSettings } from '../models/hub';
import type { ImageHeader, RgbImage } from '../models/image/header';
import type { Backend, WeightStorage } from '../program/backend';
import type { DeviceChoice, DeviceInfo, ModelAddress } from './protocol';

export interface OpenedDevice {
  readonly backend: Backend;
  readonly info: DeviceInfo;
  /** What its kernels do, where that was asked for. */
  readonly profile?: Profile;
  /** Resolves with a sentence when the device is lost; never for the reference. */
  readonly lost: Promise<string>;
  /** Measures which kernels run fastest, for the next time this adapter is opened; rejects when it is stopped. Left out: that is known already. */
  tune?(signal: AbortSignal): Promise<void>;
  dispose(): void;
}

export interface Environment {
  files(address: ModelAddress): ModelFiles;
  /** Of the browser; left out where models of the hub are not stored. */
  readonly store?: StoreSettings;
  /** `weights`: how a GPU stores matrices; the reference keeps float64. `auto` falls back to the float64 reference and says why; `webgpu` rejects instead. */
  device(choice: DeviceChoice, weights: WeightStorage): Promise<OpenedDevice>;
  /** Measures how fast the device is, so that plans tell seconds. Left out: they tell none. */
  readonly measuresDevice?: boolean;
  /** Decodes a picture whose header has been checked; UserError 'bad-prompt' when it is damaged. Left out: there are no pictures here. */
  decodePicture?(bytes: Uint8Array, header: ImageHeader, name: string): Promise<RgbImage>;
}
