// `node scripts/withGpu.mjs COMMAND ARGS…` runs a command in the environment in which Node's `webgpu` package finds an adapter
// (see lib/vulkan.mjs) and in which CHROMIUM names the browser. It installs nothing.
import { handOver } from './lib/run.mjs';
import { gpuEnvironment } from './lib/vulkan.mjs';

const [command, ...args] = process.argv.slice(2);
try {
  if (!command) throw new Error('Usage: node scripts/withGpu.mjs COMMAND ARGS…');
  process.exitCode = await handOver(command, args, await gpuEnvironment());
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
