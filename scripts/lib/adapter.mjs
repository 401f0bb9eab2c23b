// Prints the name of the WebGPU adapter that Node finds, or one sentence and exit code 1. With --hardware a software adapter does not count.
import { create } from 'webgpu';

const software = /swiftshader|llvmpipe|lavapipe/i;
const info = (await create([]).requestAdapter())?.info;
const name = info && (info.description || `${info.vendor} ${info.architecture}`);

if (!info || (process.argv.includes('--hardware') && (info.isFallbackAdapter || software.test(name)))) {
  console.log(
    'Node finds no WebGPU adapter: a Vulkan driver is missing. Install Chromium (it brings SwiftShader) or a driver and libvulkan1.',
  );
  process.exitCode = 1;
} else {
  console.log(name);
}
