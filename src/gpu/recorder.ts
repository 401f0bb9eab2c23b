// Records dispatches in one compute pass a submission and submits them in order: when enough have gathered, or when a result is asked for. It
// reads nothing back but what is asked. Parameters lie in one uniform buffer with a slot a dispatch, bind groups are kept for reuse.

import { UserError } from '../tensor/errors';
import { type CompiledKernel, writeParams } from './compile';
import type { GpuDevice } from './device';
import { gridFor, type ParamTypes, type ParamValues } from './kernel';
import type { PooledBuffer } from './pool';
import type { CreateProfile, Profile } from './profile';

/** What has been recorded since the recorder was made. */
export interface RecorderCounts {
  readonly dispatches: number;
  readonly passes: number;
  readonly submissions: number;
  /** Made anew; the others were found again. */
  readonly bindGroups: number;
}

export interface Recorder {
  /** null: nothing is profiled. */
  readonly profile: Profile | null;
  dispatch<P extends ParamTypes, R extends string, W extends string>(
    compiled: CompiledKernel<P, R, W>,
    params: ParamValues<P>,
    buffers: Readonly<Record<R | W, PooledBuffer>>,
  ): void;
  /** Copies to a buffer, from byte `at` on, after everything recorded that may still use it. */
  write(target: PooledBuffer, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, at?: number): void;
  clear(target: PooledBuffer): void;
  submit(): void;
  read(source: PooledBuffer): Promise<ArrayBuffer>;
  /** Submits, and resolves when the device has done everything. */
  finish(): Promise<void>;
  counts(): RecorderCounts;
  /** Forgets bind groups: buffers are about to be destroyed. */
  forgetBindGroups(): void;
  destroy(): void;
}

/** Few enough that the device starts early and that nothing runs long without giving the screen a turn. */
const dispatchesPerSubmit = 64;
const keptBindGroups = 4096;

/** `createProfile`: what is dispatched shall be counted and timed, at the price of a pass for every dispatch. */
export function createRecorder(gpu: GpuDevice, createProfile?: CreateProfile): Recorder {
  const { device } = gpu;
  const slotSize = Math.max(256, device.limits.minUniformBufferOffsetAlignment);
  const slots = new DataView(new ArrayBuffer(slotSize * dispatchesPerSubmit));
  const uniforms = device.createBuffer({
    label: 'params',
    size: slots.byteLength,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  const bindGroups = new Map<string, GPUBindGroup>();
  const profile = createProfile?.(gpu, dispatchesPerSubmit) ?? null;
  let encoder: GPUCommandEncoder | null = null;
  let pass: GPUComputePassEncoder | null = null;
  let recorded = 0;
  const counts = { dispatches: 0, passes: 0, submissions: 0, bindGroups: 0 };

  function bindGroupFor(compiled: CompiledKernel, buffers: readonly PooledBuffer[]): GPUBindGroup {
    const key = `${compiled.id}:${buffers.map(({ id, bytes }) => `${id}/${bytes}`)}`;
    const known = bindGroups.get(key);
    if (known) return known;
    if (bindGroups.size >= keptBindGroups) bindGroups.clear();
    const group = device.createBindGroup({
      label: compiled.kernel.name,
      layout: compiled.layout,
      entries: [
        { binding: 0, resource: { buffer: uniforms, size: compiled.paramsSize } },
        ...buffers.map(({ buffer, bytes }, i) => ({ binding: 1 + i, resource: { buffer, size: bytes } })),
      ],
    });
    bindGroups.set(key, group);
    counts.bindGroups++;
    return group;
  }

  function endPass(): GPUCommandEncoder {
    pass?.end();
    pass = null;
    encoder ??= device.createCommandEncoder();
    return encoder;
  }

  function submit(): void {
    if (!encoder) return;
    profile?.resolve(endPass());
    endPass();
    // The queue runs in order, so earlier submissions have read their slots before these replace them.
    if (recorded > 0) device.queue.writeBuffer(uniforms, 0, slots.buffer, 0, recorded * slotSize);
    device.queue.submit([encoder.finish()]);
    counts.submissions++;
    profile?.submitted();
    encoder = null;
    recorded = 0;
  }

  /** Waits for the device (a lost one ends the wait, too); whatever it reported becomes the error. */
  async function settled<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      gpu.throwIfFailed();
      throw new UserError('device-lost', `The graphics device did not finish. Reload the page. (${cause})`, { cause });
    } finally {
      gpu.throwIfFailed();
    }
  }

  return {
    profile,
    dispatch(compiled, params, buffers) {
      const { kernel } = compiled;
      const [x, y] = gridFor(kernel.threads(params), kernel.workgroup);
      const slot = recorded * slotSize;
      writeParams(slots, slot, compiled, params);
      const bound = [...kernel.reads, ...kernel.writes].map((name) => buffers[name]);
      const group = bindGroupFor(compiled as unknown as CompiledKernel, bound);
      const timestampWrites = profile?.next(compiled as unknown as CompiledKernel);
      if (timestampWrites) endPass();
      encoder ??= device.createCommandEncoder();
      if (!pass) {
        pass = encoder.beginComputePass({ label: 'tensorscope', ...(timestampWrites && { timestampWrites }) });
        counts.passes++;
      }
      pass.setPipeline(compiled.pipeline);
      pass.setBindGroup(0, group, [slot]);
      pass.dispatchWorkgroups(x, y);
      recorded++;
      counts.dispatches++;
      if (recorded === dispatchesPerSubmit) submit();
    },
    write(target, data, at = 0) {
      if (target.used) submit(); // a queue write overtakes what is recorded but not submitted
      device.queue.writeBuffer(target.buffer, at, data);
    },
    clear(target) {
      endPass().clearBuffer(target.buffer, 0, target.bytes);
    },
    submit,
    async read(source) {
      const staging = device.createBuffer({
        label: 'read-back',
        size: source.bytes,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      try {
        endPass().copyBufferToBuffer(source.buffer, 0, staging, 0, source.bytes);
        submit();
        await settled(staging.mapAsync(GPUMapMode.READ));
        return staging.getMappedRange().slice(0);
      } finally {
        staging.destroy();
      }
    },
    async finish() {
      submit();
      await settled(device.queue.onSubmittedWorkDone());
    },
    counts: () => ({ ...counts }),
    forgetBindGroups: () => bindGroups.clear(),
    destroy() {
      pass?.end();
      encoder = null;
      bindGroups.clear();
      uniforms.destroy();
      profile?.destroy();
    },
  };
}
