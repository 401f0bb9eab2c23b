// A kernel to a compute pipeline: contract check, shader module, layout. Errors name the shader, the line and its text.

import { type Kernel, type ParamField, type ParamTypes, type ParamValues, reflect, sourceOf } from './kernel';

export interface CompiledKernel<
  P extends ParamTypes = ParamTypes,
  R extends string = string,
  W extends string = string,
> {
  readonly kernel: Kernel<P, R, W>;
  /** Tells compiled kernels apart in cache keys. */
  readonly id: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly paramsSize: number;
  readonly fields: readonly ParamField[];
}

let compiledKernels = 0;

export async function compileKernel<P extends ParamTypes, R extends string, W extends string>(
  device: GPUDevice,
  kernel: Kernel<P, R, W>,
): Promise<CompiledKernel<P, R, W>> {
  const { errors, fields, paramsSize } = reflect(kernel as unknown as Kernel);
  if (errors.length > 0) throw new Error(errors.join('\n'));

  device.pushErrorScope('validation'); // the report below says more than WebGPU's own error
  const module = device.createShaderModule({ label: kernel.name, code: sourceOf(kernel) });
  const scope = device.popErrorScope();
  const report = compilationReport(kernel.name, kernel.wgsl, await module.getCompilationInfo());
  await scope;
  if (report) throw new Error(report);

  const layout = device.createBindGroupLayout({
    label: kernel.name,
    entries: [
      uniformEntry(paramsSize),
      ...kernel.reads.map((_, i) => storageEntry(1 + i, 'read-only-storage')),
      ...kernel.writes.map((_, i) => storageEntry(1 + kernel.reads.length + i, 'storage')),
    ],
  });
  const pipeline = await device.createComputePipelineAsync({
    label: kernel.name,
    layout: device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: kernel.name, constants: { workgroupSize: kernel.workgroup, ...kernel.constants } },
  });
  return { kernel, id: compiledKernels++, pipeline, layout, paramsSize, fields };
}

const uniformEntry = (size: number): GPUBindGroupLayoutEntry => ({
  binding: 0,
  visibility: GPUShaderStage.COMPUTE,
  buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: size },
});

const storageEntry = (binding: number, type: GPUBufferBindingType): GPUBindGroupLayoutEntry => ({
  binding,
  visibility: GPUShaderStage.COMPUTE,
  buffer: { type },
});

/** The compiler's errors with line, column and source line, or null. */
export function compilationReport(
  name: string,
  wgsl: string,
  info: Pick<GPUCompilationInfo, 'messages'>,
): string | null {
  const lines = wgsl.split('\n');
  const errors = [...info.messages]
    .filter(({ type }) => type === 'error')
    .map(
      ({ message, lineNum, linePos }) =>
        `${name}.wgsl:${lineNum}:${linePos} ${message}\n    ${(lines[lineNum - 1] ?? '').trim()}`,
    );
  return errors.length > 0 ? errors.join('\n') : null;
}

/** Writes one dispatch's parameters where WGSL expects them. Values out of range are a bug of the caller and throw. */
export function writeParams<P extends ParamTypes>(
  view: DataView,
  at: number,
  { kernel, fields }: Pick<CompiledKernel<P>, 'kernel' | 'fields'>,
  values: ParamValues<P>,
): void {
  for (const { name, type, offset } of fields) {
    const value = values[name] as number;
    if (type === 'u32') {
      if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
        throw new RangeError(`${kernel.name}: ${name} = ${value} is not an unsigned 32-bit number`);
      }
      view.setUint32(at + offset, value, true);
    } else {
      view.setFloat32(at + offset, value, true);
    }
  }
}
