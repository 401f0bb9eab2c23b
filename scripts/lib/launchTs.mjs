// Starts a TypeScript program of this repository in Node: installs packages when they are missing (saying so on stderr only), sets the
// environment in which Node finds a WebGPU adapter, and hands over to lib/runTs.mjs. Where there is neither a Vulkan driver nor a Chromium
// it installs none: the program runs on and says itself what it lacks.
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { handOver } from './run.mjs';
import { gpuEnvironment } from './vulkan.mjs';

const runner = fileURLToPath(new URL('./runTs.mjs', import.meta.url));

/**
 * @param {string} file the program, from the repository's root
 * @param {readonly string[]} args
 */
export async function launchTs(file, args) {
  try {
    await ensureInstalled();
    process.exitCode = await handOver(process.execPath, [runner, file, ...args], await gpuEnvironment());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
