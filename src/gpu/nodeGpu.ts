// WebGPU in Node: Dawn, from the npm package `webgpu`. Never part of the page: the bundler does not see the import.

import { UserError } from '../tensor/errors';

interface Dawn {
  create(flags: string[]): GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

let gpu: GPU | undefined; // kept for the life of the process: Dawn crashes when it is collected before its devices

export async function nodeGpu(): Promise<GPU> {
  if (!gpu) {
    const packageName = 'webgpu';
    const dawn = await importDawn(packageName);
    Object.assign(globalThis, dawn.globals);
    gpu = dawn.create([]);
  }
  return gpu;
}

async function importDawn(packageName: string): Promise<Dawn> {
  try {
    return (await import(/* @vite-ignore */ packageName)) as Dawn;
  } catch (cause) {
    throw new UserError('no-webgpu', `WebGPU for Node could not be loaded: run \`npm install\`. (${cause})`, { cause });
  }
}
