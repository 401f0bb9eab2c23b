// Finds a Chromium with WebGPU, or installs one, and says with which arguments to start it. A missing browser is an error that names the
// command to run, never a reason to skip. Uses only Node itself, so that the headless launcher can ask before anything else is loaded.
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root, run, tail, tool } from './run.mjs';

const quietArgs = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** SwiftShader computes the same everywhere; TENSORSCOPE_ADAPTER=default takes the machine's own GPU instead. */
export const usesSwiftShader = process.env.TENSORSCOPE_ADAPTER !== 'default';

/** Arguments for a Chromium with WebGPU. */
export const launchArgs = [
  ...quietArgs,
  '--enable-unsafe-webgpu',
  ...(usesSwiftShader ? ['--use-webgpu-adapter=swiftshader'] : []),
];

/** Arguments for a Chromium in which a page finds no WebGPU adapter, neither the machine's own nor SwiftShader. */
export const launchArgsWithoutWebGpu = [...quietArgs, '--disable-gpu', '--disable-software-rasterizer'];

// Where systems keep a Chromium. Folders of the second list hold its libraries when the program itself is only a launcher script.
const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const applications = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium'];
const libraryFolders = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/usr/lib64/chromium',
  '/opt/google/chrome',
];

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

function* systemCandidates() {
  if (process.platform === 'darwin') {
    for (const folder of ['/Applications', join(homedir(), 'Applications')]) {
      for (const application of applications) yield join(folder, application);
    }
  } else if (process.platform === 'win32') {
    for (const folder of ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']) {
      if (process.env[folder]) yield join(process.env[folder], 'Google', 'Chrome', 'Application', 'chrome.exe');
    }
  } else {
    const folders = new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']);
    for (const name of names) for (const folder of folders) if (folder) yield join(folder, name);
  }
}

function playwrightBrowser() {
  try {
    const path = createRequire(join(root, 'package.json'))('@playwright/test').chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined; // Playwright itself is not installed
  }
}

function namedBrowser() {
  const path = process.env.CHROMIUM;
  if (!path) return undefined;
  if (isExecutable(path)) return path;
  throw new Error(`CHROMIUM names ${path}, which is not a program; correct it or unset it.`);
}

/**
 * The Chromium that is there already: the one named by CHROMIUM, else Playwright's, else the system's. Installs nothing.
 * @returns {string | undefined}
 */
export function findBrowser() {
  const named = namedBrowser();
  if (named) return named;
  const playwright = playwrightBrowser();
  if (playwright) return playwright;
  for (const path of systemCandidates()) if (isExecutable(path)) return path;
  return undefined;
}

/**
 * The folder with the Vulkan files that a Chromium brings along (SwiftShader's vk_swiftshader_icd.json).
 * @param {string} browser
 * @returns {string | undefined}
 */
export function vulkanFolder(browser) {
  const own = dirname(realpathSync(browser));
  return [own, ...libraryFolders].find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json')));
}

// Does the program start? A browser without its system libraries, or a distribution's stand-in for a snap, does not.
async function starts(browser) {
  if (process.platform === 'win32') return true; // there --version opens a window
  return (await run(browser, ['--version'], { minutes: 0.5 })).code === 0;
}

const isRootOnDebian = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

async function apt(args, minutes) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env, minutes });
}

async function installPlaywrightBrowser(say) {
  say('Installing a browser (npx playwright install chromium) …');
  const cli = tool('@playwright/test', 'playwright');
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000', ...process.env };
  const { code } = await run(process.execPath, [cli, 'install', 'chromium'], { env, minutes: 10 });
  const path = code === 0 ? playwrightBrowser() : undefined;
  if (path && isRootOnDebian() && !(await starts(path))) {
    say('Installing the libraries that it needs (npx playwright install-deps chromium) …');
    await run(process.execPath, [cli, 'install-deps', 'chromium'], { minutes: 15 });
  }
  return path;
}

async function installSystemBrowser(say) {
  if (!isRootOnDebian()) return undefined;
  say('Installing a browser (apt-get install chromium) …');
  await apt(['update', '-q'], 5);
  const packages = ['chromium', 'fonts-liberation', 'fonts-dejavu-core'];
  const { code, output } = await apt(['install', '-y', '-q', '--no-install-recommends', ...packages], 15);
  if (code !== 0) say(tail(output, 5));
  return [...systemCandidates()].find(isExecutable);
}

/**
 * A Chromium that starts; installs one when there is none. Throws a sentence with the command to run when that fails.
 * @param {{ say?: (line: string) => void }} [options]
 * @returns {Promise<string>}
 */
export async function ensureBrowser({ say = console.error } = {}) {
  const named = namedBrowser();
  if (named) return named;
  const steps = [
    () => playwrightBrowser(),
    () => [...systemCandidates()].find(isExecutable),
    () => installPlaywrightBrowser(say),
    () => installSystemBrowser(say),
  ];
  for (const step of steps) {
    const path = await step();
    if (path && (await starts(path))) return path;
  }
  const system = process.platform === 'linux' ? ', or "apt-get install chromium" on Debian or Ubuntu' : '';
  throw new Error(
    'No Chromium with WebGPU was found and none could be installed: run "npx playwright install --with-deps chromium"' +
      `${system}, or set CHROMIUM to the path of a Chrome or Chromium.`,
  );
}
