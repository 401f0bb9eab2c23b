// GPU buffers by size class, used again in the order of the queue: a freed buffer may be handed out at once, because what is recorded later
// runs later. Counts the bytes of the arrays alive, and what the device holds for them.

import { UserError } from '../tensor/errors';

export interface PooledBuffer {
  readonly id: number;
  readonly buffer: GPUBuffer;
  /** Bytes that the caller asked for; the buffer may be larger. */
  readonly bytes: number;
  /** True when an earlier array lived here: its content is not zero, and recorded commands may still use it. */
  readonly used: boolean;
}

export interface BufferPool {
  /** The largest array that the device allows. */
  readonly maxBytes: number;
  acquire(bytes: number, label: string): PooledBuffer;
  release(buffer: PooledBuffer): void;
  /** live, peak: bytes of arrays. held: bytes of all buffers of the device, idle ones included. */
  memory(): { readonly live: number; readonly peak: number; readonly held: number };
  resetPeak(): void;
  /** Idle buffers are given back before more than `bytes` are held. */
  holdWithin(bytes: number): void;
  destroy(): void;
}

const smallestClass = 256;
/** Idle buffers above this, and above what is live, are given back before the device is asked for more. */
const idleAllowance = 256 * 2 ** 20;

/** The smallest of eight steps an octave: at most an eighth of a buffer is wasted. */
export function sizeClass(bytes: number): number {
  if (bytes <= smallestClass) return smallestClass;
  const step = Math.max(smallestClass, 2 ** (Math.floor(Math.log2(bytes - 1)) - 3));
  return Math.ceil(bytes / step) * step;
}

/** `beforeDestroy` is called before idle buffers are destroyed: commands that use them must have been submitted. */
export function createPool(device: GPUDevice, beforeDestroy: () => void): BufferPool {
  const idle = new Map<number, { id: number; buffer: GPUBuffer }[]>();
  const all = new Set<GPUBuffer>();
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const limit = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4) * 4;
  let buffers = 0;
  let live = 0;
  let peak = 0;
  let held = 0;
  let idleBytes = 0;
  let mostHeld = Number.POSITIVE_INFINITY;

  function trim(): void {
    beforeDestroy();
    for (const entries of idle.values()) {
      for (const { buffer } of entries) {
        held -= buffer.size;
        all.delete(buffer);
        buffer.destroy();
      }
    }
    idle.clear();
    idleBytes = 0;
  }

  function take(size: number): { id: number; buffer: GPUBuffer } | undefined {
    const entry = idle.get(size)?.pop();
    if (entry) idleBytes -= size;
    return entry;
  }

  function create(size: number): { id: number; buffer: GPUBuffer } {
    const tooMuch = idleBytes > 0 && held + size > mostHeld;
    if (tooMuch || idleBytes > Math.max(idleAllowance, live)) trim();
    const buffer = device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    all.add(buffer);
    held += size;
    return { id: buffers++, buffer };
  }

  return {
    maxBytes: limit,
    acquire(bytes, label) {
      if (bytes > limit) {
        throw new UserError(
          'out-of-memory',
          `${label} needs ${megabytes(bytes)}, and this graphics device allows ${megabytes(limit)} in one buffer. Use a smaller model or prompt.`,
        );
      }
      const size = Math.min(sizeClass(bytes), limit);
      const reused = take(size);
      const entry = reused ?? create(size);
      entry.buffer.label = label;
      live += bytes;
      peak = Math.max(peak, live);
      return { ...entry, bytes, used: reused !== undefined };
    },
    release({ id, buffer, bytes }) {
      live -= bytes;
      idleBytes += buffer.size;
      const entries = idle.get(buffer.size);
      if (entries) entries.push({ id, buffer });
      else idle.set(buffer.size, [{ id, buffer }]);
    },
    memory: () => ({ live, peak, held }),
    resetPeak() {
      peak = live;
    },
    holdWithin(bytes) {
      mostHeld = bytes;
    },
    destroy() {
      for (const buffer of all) buffer.destroy();
      all.clear();
      idle.clear();
    },
  };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
