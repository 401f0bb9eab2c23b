// The environment in which Node's `webgpu` package (Dawn) finds an adapter. On macOS and Windows, and on Linux with a GPU that Dawn can
// use, that is the environment as it is. Elsewhere it is SwiftShader, the software Vulkan that every Chromium brings along: the loader
// reads these variables when a process starts, so they must be set before that.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser, vulkanFolder } from './browser.mjs';
import { root, run } from './run.mjs';

const probe = fileURLToPath(new URL('./adapter.mjs', import.meta.url));

// Device files of a GPU that a Vulkan driver could use: DRM render nodes, NVIDIA, WSL.
function hasGpuDevice() {
  if (existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')) return true;
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
}

async function findsRealAdapter(env) {
  if (process.platform !== 'linux') return true;
  if (!hasGpuDevice()) return false;
  return (await run(process.execPath, [probe, '--hardware'], { env, minutes: 1 })).code === 0;
}

/**
 * @param {{ browser?: string | null }} [options] the Chromium to use, null for none; without it the one that is there
 * @returns {Promise<NodeJS.ProcessEnv>} a copy of the environment, with CHROMIUM and what Dawn needs
 */
export async function gpuEnvironment({ browser = findBrowser() } = {}) {
  const env = { ...process.env };
  env.PATH = [join(root, 'node_modules', '.bin'), env.PATH].filter(Boolean).join(delimiter);
  if (browser) env.CHROMIUM = browser;
  if (process.platform === 'linux' && !env.XDG_RUNTIME_DIR) {
    env.XDG_RUNTIME_DIR = join(tmpdir(), `tensorscope-${userInfo().uid}`); // without it Dawn prints an error
    mkdirSync(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
  }
  const chosen = env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES || env.TENSORSCOPE_ADAPTER === 'default';
  if (chosen || (await findsRealAdapter(env))) return env;
  const folder = browser && vulkanFolder(browser);
  if (folder) {
    env.VK_ICD_FILENAMES = join(folder, 'vk_swiftshader_icd.json');
    env.LD_LIBRARY_PATH = [folder, env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  }
  return env;
}
