// Counts what a recorder dispatches, kernel by kernel, and measures it on the device where that can be (`timestamp-query`): for `?debug=1` only, since
// every dispatch then has a pass of its own. Times are the device's own; browsers round them (Chrome: to 0.1 ms).

import type { CompiledKernel } from './compile';
import type { GpuDevice } from './device';
import { sourceOf } from './kernel';

/** What one kernel did. */
export interface KernelUse {
  readonly name: string;
  /** The text as it was compiled, and the values of its overrides: kernels of one name may differ in them. */
  readonly wgsl: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly dispatches: number;
  /** On the device, all dispatches together; null: the device measures none. */
  readonly seconds: number | null;
}

export interface Profile {
  /** The device measures times, so a pass must hold one dispatch. */
  readonly timed: boolean;
  /** The next dispatch is of this kernel; where its pass shall write its times. */
  next(compiled: Pick<CompiledKernel, 'id' | 'kernel'>): GPUComputePassTimestampWrites | undefined;
  /** After the last pass of a submission, before it is finished. */
  resolve(encoder: GPUCommandEncoder): void;
  submitted(): void;
  /** What has been dispatched since the last call, the longest first; resolves when the device has done it. */
  take(): Promise<readonly KernelUse[]>;
  destroy(): void;
}

/** `dispatches`: the most of one submission. */
export type CreateProfile = (gpu: Pick<GpuDevice, 'device'>, dispatches: number) => Profile;

interface Tally {
  readonly kernel: CompiledKernel['kernel'];
  dispatches: number;
  nanoseconds: number;
}

export const createProfile: CreateProfile = ({ device }, dispatches) => {
  const timed = device.features.has('timestamp-query');
  const queries = timed ? device.createQuerySet({ label: 'profile', type: 'timestamp', count: 2 * dispatches }) : null;
  const bytes = 2 * dispatches * BigUint64Array.BYTES_PER_ELEMENT;
  const usage = timed ? GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC : 0;
  const resolved = timed ? device.createBuffer({ label: 'profile', size: bytes, usage }) : null;
  let tallies = new Map<number, Tally>();
  let recorded: Tally[] = []; // of the submission under way, in order
  let readBack: GPUBuffer | null = null;
  let reading: Promise<void>[] = [];

  /** Adds the times of a submission to their kernels; of a lost device there are none. */
  async function read(buffer: GPUBuffer, owners: readonly Tally[]): Promise<void> {
    try {
      await buffer.mapAsync(GPUMapMode.READ);
      const times = new BigUint64Array(buffer.getMappedRange());
      for (const [at, owner] of owners.entries()) {
        // The clock of some devices is set back now and then.
        owner.nanoseconds += Math.max(0, Number(times[2 * at + 1]! - times[2 * at]!));
      }
    } catch {
      // The recorder tells what is wrong with the device.
    } finally {
      buffer.destroy();
    }
  }

  return {
    timed,
    next({ id, kernel }) {
      const tally = tallies.get(id) ?? { kernel, dispatches: 0, nanoseconds: 0 };
      tallies.set(id, tally);
      tally.dispatches++;
      if (queries === null) return undefined;
      const at = 2 * recorded.length;
      recorded.push(tally);
      return { querySet: queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
    },
    resolve(encoder) {
      if (queries === null || resolved === null || recorded.length === 0) return;
      const size = 2 * recorded.length * BigUint64Array.BYTES_PER_ELEMENT;
      readBack = device.createBuffer({
        label: 'profile read-back',
        size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      encoder.resolveQuerySet(queries, 0, 2 * recorded.length, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readBack, 0, size);
    },
    submitted() {
      if (readBack !== null) reading.push(read(readBack, recorded));
      readBack = null;
      recorded = [];
    },
    async take() {
      const taken = [...tallies.values()];
      const pending = reading;
      tallies = new Map();
      reading = [];
      await Promise.all(pending);
      return taken
        .map(({ kernel, dispatches, nanoseconds }) => ({
          name: kernel.name,
          wgsl: sourceOf(kernel),
          constants: { workgroupSize: kernel.workgroup, ...kernel.constants },
          dispatches,
          seconds: timed ? nanoseconds / 1e9 : null,
        }))
        .sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0) || b.dispatches - a.dispatches);
    },
    destroy() {
      queries?.destroy();
      resolved?.destroy();
      readBack?.destroy();
    },
  };
};
