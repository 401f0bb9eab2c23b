// What a kernel is: WGSL text, the parameters and buffers it takes, and its launch, in one value, so that they cannot be shipped apart. The WGSL
// owns the layout; the TypeScript mirror is checked against it (`contractErrors`) before anything runs. Nobody else writes bind groups.
//
// Convention: group 0; binding 0 is `var<uniform> params: Params`, then the reads, then the writes; `override workgroupSize: u32`.

import { makeShaderDataDefinitions } from 'webgpu-utils';

export type Scalar = 'u32' | 'f32';
export type ParamTypes = Readonly<Record<string, Scalar>>;
export type ParamValues<P extends ParamTypes> = { readonly [Name in keyof P]: number };

export interface Kernel<P extends ParamTypes = ParamTypes, R extends string = string, W extends string = string> {
  /** Also the file and the entry point. */
  readonly name: string;
  readonly wgsl: string;
  /** Fields of Params, in order. */
  readonly params: P;
  readonly reads: readonly R[];
  readonly writes: readonly W[];
  /** Threads a workgroup. */
  readonly workgroup: number;
  /** It needs a device with subgroups (gpu/device: subgroupLanes). The WGSL leaves out the directives for it, which reflection does not know. */
  readonly usesSubgroups?: boolean;
  /** Values of the WGSL's other overrides. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Threads that a dispatch needs; those past the end return at once. */
  threads(params: ParamValues<P>): number;
}

export function defineKernel<
  const P extends ParamTypes,
  const R extends string = never,
  const W extends string = never,
>(kernel: Kernel<P, R, W>): Kernel<P, R, W> {
  return kernel;
}

/** What the device compiles: the directives stand in the first line, so that line numbers are those of the file. */
export function sourceOf({ wgsl, usesSubgroups = false }: Pick<Kernel, 'wgsl' | 'usesSubgroups'>): string {
  return usesSubgroups ? `enable subgroups; requires subgroup_id; ${wgsl}` : wgsl;
}

export const maxGroupsPerDimension = 65_535;

/** Workgroups for a number of threads, folded into y past 65,535; shaders unfold them with `linearGroup`. */
export function gridFor(threads: number, workgroup: number): readonly [x: number, y: number] {
  const groups = Math.ceil(threads / workgroup);
  if (!(groups >= 1 && groups <= maxGroupsPerDimension ** 2)) {
    throw new RangeError(`${threads} threads do not fit a dispatch`);
  }
  const y = Math.ceil(groups / maxGroupsPerDimension);
  return [Math.ceil(groups / y), y];
}

export interface ParamField {
  readonly name: string;
  readonly type: Scalar;
  readonly offset: number; // bytes, as WGSL lays Params out
}

export interface Reflection {
  readonly paramsSize: number;
  readonly fields: readonly ParamField[];
  readonly errors: readonly string[];
}

/** Every disagreement between the WGSL and its TypeScript mirror, as sentences; empty when they agree. */
export function contractErrors(kernel: Kernel): readonly string[] {
  return reflect(kernel).errors;
}

export function reflect(kernel: Kernel): Reflection {
  const errors: string[] = [];
  const expect = (holds: boolean, sentence: string) => {
    if (!holds) errors.push(`${kernel.name}: ${sentence}`);
  };
  const definitions = makeShaderDataDefinitions(kernel.wgsl);

  const entryPoints = Object.keys(definitions.entryPoints);
  expect(
    entryPoints.length === 1 && entryPoints[0] === kernel.name,
    `the entry point is ${entryPoints.join(', ')}, not ${kernel.name}`,
  );
  expect(/^override workgroupSize: u32;$/m.test(kernel.wgsl), 'it has no `override workgroupSize: u32;`');

  const { fields, paramsSize } = paramFields(definitions.structs.Params);
  const inWgsl = fields.map(({ name, type }) => `${name}: ${type}`).join(', ');
  const inTypeScript = Object.entries(kernel.params).map(([name, type]) => `${name}: ${type}`);
  expect(
    inWgsl === inTypeScript.join(', '),
    `Params are { ${inWgsl} } in WGSL, { ${inTypeScript.join(', ')} } in TypeScript`,
  );
  expect(definitions.uniforms.params?.binding === 0, 'binding 0 is not `var<uniform> params: Params`');

  const used = new Map(
    Object.values(definitions.entryPoints).flatMap(({ resources }) => resources.map((r) => [r.name, r])),
  );
  const buffers = [...kernel.reads, ...kernel.writes];
  for (const [index, name] of buffers.entries()) {
    const binding = definitions.storages[name]?.binding;
    const access = index < kernel.reads.length ? 'read-only-storage' : 'storage';
    expect(binding === index + 1, `${name} should be at binding ${index + 1} and is at ${binding ?? 'none'}`);
    if (binding === undefined) continue;
    expect(used.has(name), `${name} is bound but the shader does not use it`);
    const actual = used.get(name)?.entry.buffer?.type ?? access;
    expect(actual === access, `${name} is ${actual} in WGSL, ${access} in TypeScript`);
  }
  for (const name of Object.keys(definitions.storages)) {
    expect(buffers.includes(name), `${name} is bound in WGSL and unknown to TypeScript`);
  }
  return { paramsSize, fields, errors };
}

type StructDefinition = ReturnType<typeof makeShaderDataDefinitions>['structs'][string];

function paramFields(struct: StructDefinition | undefined): { fields: ParamField[]; paramsSize: number } {
  const fields = Object.entries(struct?.fields ?? {}).map(([name, { offset, type }]) => ({
    name,
    offset,
    type: (type as { type?: Scalar }).type ?? ('a struct' as Scalar), // shown in the error sentence
  }));
  return { fields: fields.sort((a, b) => a.offset - b.offset), paramsSize: struct?.size ?? 0 };
}
