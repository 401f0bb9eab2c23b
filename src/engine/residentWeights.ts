// The weights of a model of which only a part is on the device at any time. A pass tells the order in which it uses them; what is used last,
// the pass taken as a circle, goes first, so that a part stays where it is from pass to pass and only the rest is read anew, forwards or
// backwards. What the next ops want is read while the device works. Vectors, and what the read-out takes beside the vocabulary's matrix, always
// stay: they are small, and some questions want them at once.

import type { Backend, DeviceArray } from '../program/backend';
import {
  type AnyOp,
  type Program,
  parameterCount,
  type WeightName,
  weightShape,
  weightsOf,
  weightsOfOp,
} from '../program/program';
import { pinnedNames, storedBytes, weightNeeds } from '../program/weightNeeds';
import type { WeightReader } from '../program/weightReader';
import type { WeightPass, WeightStream } from '../program/weightStream';
import { cancelled, UserError } from '../tensor/errors';
import { sizeOf } from '../tensor/shape';

/** What storing the weights changed. */
export interface WeightRounding {
  /** max|stored − weight| / max|weight| of the worst matrix; 0: float32 or better. */
  readonly error: number;
  /** The worst matrix; null when all are exact. */
  readonly weight: WeightName | null;
}

export interface ResidentWeights extends WeightStream {
  readonly rounding: WeightRounding;
  /** Of all weights, as the device would hold them. */
  readonly totalBytes: number;
  /** On the device now, and the times that a weight was brought there. */
  state(): { readonly bytes: number; readonly uploads: number };
  /** Bytes that a pass through such ops reads anew when the weights have come to where passes leave them. */
  bytesOf(ops: readonly AnyOp[]): number;
  /** Seconds to read one byte of weights as the device holds them, decoding included: of what was read last. */
  secondsPerByte(): number;
  /** A weight that is on the device. */
  weight(name: WeightName): DeviceArray;
  /** Bytes that may be on the device from now on; gives back what is above. */
  resize(bytes: number): void;
  dispose(): void;
}

/** Called after each array with the share of all numbers that has been read. */
export type UploadCheckpoint = (share: number) => Promise<void> | void;

/** Bytes that may wait to be copied to the device: the copies take host memory until it has caught up. */
const uploadsUnderWay = 64 * 2 ** 20;
/** Bytes of decoded weights that are read ahead of the device; one op's at least. */
const readAhead = 64 * 2 ** 20;

interface Held {
  readonly array: DeviceArray;
  readonly bytes: number;
}

/** Reads all weights once: `bytes` of them stay on the device, Infinity: all. */
export async function residentWeights(
  program: Program,
  reader: WeightReader,
  backend: Backend,
  bytes: number,
  checkpoint?: UploadCheckpoint,
): Promise<ResidentWeights> {
  const refs = new Map(weightsOf(program).map((ref) => [ref.name, ref]));
  const pinned = pinnedNames(program);
  const order = new Map([...refs.keys()].map((name, at) => [name, at]));
  const held = new Map<WeightName, Held>();
  let allowance = bytes;
  let used = 0;
  let uploads = 0;
  let underWay = 0;
  let ended = false;
  let rounding: WeightRounding = { error: 0, weight: null };
  let last: Promise<unknown> = Promise.resolve();
  const pace = createReadingPace();
  const sizeOfWeight = (name: WeightName) => storedBytes(refs.get(name)!, backend);

  /** How long from now a weight is not used: in this pass, in the pass again, or by another one, which will begin with the first ops. */
  type Distance = (name: WeightName) => number;

  function evict(name: WeightName): void {
    const { array, bytes } = held.get(name)!;
    held.delete(name);
    used -= bytes;
    backend.free(array);
  }

  function makeRoom(wanted: number, kept: ReadonlySet<WeightName>, distance: Distance): void {
    if (used + wanted <= allowance) return;
    const candidates = [...held.keys()].filter((name) => !pinned.has(name) && !kept.has(name));
    candidates.sort((a, b) => distance(b) - distance(a));
    for (const name of candidates) {
      if (used + wanted <= allowance) return;
      evict(name);
    }
    if (used + wanted <= allowance) return;
    throw new UserError('over-budget', 'The weights of one step do not fit the memory that is set: allow more of it.');
  }

  async function put(name: WeightName, data: ArrayLike<number>): Promise<void> {
    const ref = refs.get(name)!;
    const before = backend.memory().live;
    let array: DeviceArray;
    if ('length' in ref) array = backend.upload(data, weightShape(ref), name);
    else {
      const uploaded = backend.uploadMatrix(data, weightShape(ref), name);
      array = uploaded.array;
      if (uploaded.rounding > rounding.error) rounding = { error: uploaded.rounding, weight: name };
    }
    const size = backend.memory().live - before;
    held.set(name, { array, bytes: size });
    used += size;
    uploads++;
    underWay += size;
    if (underWay < uploadsUnderWay) return;
    underWay = 0;
    await backend.finish();
  }

  const dispose = () => {
    ended = true;
    for (const name of [...held.keys()]) evict(name);
  };

  function pass(ops: readonly AnyOp[]): WeightPass {
    const wants = ops.map((op) =>
      weightsOfOp(op)
        .map(({ name }) => name)
        .filter((name) => !pinned.has(name)),
    );
    const places = new Map<WeightName, number[]>();
    for (const [at, names] of wants.entries()) {
      for (const name of names) places.set(name, [...(places.get(name) ?? []), at]);
    }
    const distanceFrom =
      (at: number): Distance =>
      (name) => {
        const found = places.get(name);
        if (!found) return 2 * ops.length + order.get(name)!;
        return found.find((place) => place > at) ?? ops.length + found[0]!;
      };
    const reading = new Map<WeightName, Promise<ArrayLike<number>>>();

    function take(name: WeightName): Promise<ArrayLike<number>> {
      const known = reading.get(name);
      if (known) return known;
      const taken = pace.measured(sizeOfWeight(name), () => reader.take(name));
      taken.catch(() => {}); // told to whoever uses it
      reading.set(name, taken);
      return taken;
    }

    /** Starts to read what the ops after `at` lack, the nearest op's weights in any case. */
    function readOn(at: number): void {
      let waiting = 0;
      for (let next = at + 1; next < ops.length && waiting < readAhead; next++) {
        const lacking = wants[next]!.filter((name) => !held.has(name));
        const size = lacking.reduce((sum, name) => sum + sizeOf(weightShape(refs.get(name)!)) * 4, 0);
        if (waiting > 0 && waiting + size > readAhead) return;
        for (const name of lacking) void take(name);
        waiting += size;
      }
    }

    const encoded = <T>(at: number, encode: () => T): T => {
      const result = encode();
      for (const name of wants[at]!) reading.delete(name);
      readOn(at);
      return result;
    };

    async function bring<T>(at: number, encode: () => T): Promise<T> {
      const kept = new Set(wants[at]!);
      const lacking = () => wants[at]!.find((name) => !held.has(name));
      for (let name = lacking(); name !== undefined; name = lacking()) {
        const data = await take(name);
        reading.delete(name);
        if (ended) throw cancelled();
        makeRoom(storedBytes(refs.get(name)!, backend), kept, distanceFrom(at));
        await put(name, data);
        if (ended) throw cancelled();
      }
      return encoded(at, encode);
    }

    return {
      use(at, encode) {
        if (ended) throw cancelled();
        if (wants[at]!.every((name) => held.has(name))) return encoded(at, encode);
        // One op at a time brings weights, so that passes which run at the same time do not take away each other's.
        const turn = last.then(() => bring(at, encode));
        last = turn.catch(() => {});
        return turn;
      },
      end() {},
    };
  }

  async function readAll(): Promise<void> {
    const all = parameterCount(program);
    const kept = new Set<WeightName>();
    const seen = new Set<WeightName>();
    let read = 0;
    for (const name of reader.names) {
      const ref = refs.get(name);
      if (!ref) continue;
      const data = await pace.measured(sizeOfWeight(name), () => reader.take(name));
      makeRoom(storedBytes(ref, backend), kept, (other) => order.get(other)!);
      await put(name, data);
      seen.add(name);
      read += data.length;
      await checkpoint?.(read / all);
    }
    const missing = [...refs.keys()].find((name) => !seen.has(name));
    if (missing) throw new Error(`the program names the weight ${missing}, which the model did not bring`);
  }

  try {
    await readAll();
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    rounding,
    totalBytes: weightNeeds(program, backend).total,
    state: () => ({ bytes: used, uploads }),
    bytesOf(ops) {
      const names = new Set(ops.flatMap(weightsOfOp).map(({ name }) => name));
      const streamed = [...names].filter((name) => !pinned.has(name)).map(sizeOfWeight);
      const { pinned: pinnedBytes, largestOp } = weightNeeds(program, backend);
      const stays = Math.max(0, allowance - pinnedBytes - largestOp); // the largest op's weights pass through the room of others
      return Math.max(0, streamed.reduce((sum, bytes) => sum + bytes, 0) - stays);
    },
    secondsPerByte: pace.secondsPerByte,
    weight: (name) => held.get(name)!.array,
    pass,
    resize(bytes) {
      allowance = bytes;
      makeRoom(0, new Set(), (name) => order.get(name)!);
    },
    dispose,
  };
}

/** How much is read before what was read earlier counts half. */
const paceMemory = 64 * 2 ** 20;

/** How fast weights are read: bytes by the time in which at least one was awaited, lately. */
function createReadingPace() {
  let [bytes, seconds] = [0, 0];
  let awaited = 0;
  let since = 0;
  return {
    async measured<T>(size: number, read: () => Promise<T>): Promise<T> {
      if (awaited++ === 0) since = performance.now();
      try {
        const data = await read();
        bytes += size;
        return data;
      } finally {
        const now = performance.now();
        seconds += (now - since) / 1000;
        since = now;
        awaited--;
        if (bytes > 2 * paceMemory) [bytes, seconds] = [bytes / 2, seconds / 2];
      }
    },
    secondsPerByte: () => (bytes === 0 ? 0 : seconds / bytes),
  };
}
