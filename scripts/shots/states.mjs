// The named states of the page that `npm run shots` takes pictures of, and how a user gets there: by roles and accessible names only.
// `reach` gets a page that has just been opened. `context` are Playwright's context options, `webgpu: false` starts a browser without it.

/** Waits until `<html data-state>` is one of these. */
const state = (page, ...names) =>
  page.waitForFunction((wanted) => wanted.includes(document.documentElement.dataset.state), names);

const ready = (page) => state(page, 'ready');
const tokens = (page) => page.getByRole('group', { name: 'Tokens' }).getByRole('button');
const tab = (page, name) => page.getByRole('tab', { name }).click();

/** Pins a token of the strip, the last one unless told otherwise, and takes the pointer away. */
async function pin(page, token = -1) {
  await ready(page);
  await tokens(page).nth(token).click();
  await page.mouse.move(0, 0);
  await ready(page);
}

/** Chooses a cell of the tensor with the keyboard: down and right to output 2, input 1, then Enter. */
async function chooseCell(page) {
  await pin(page);
  const grid = page.getByRole('grid', { name: /^Tensor/ });
  await grid.focus();
  for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
}

/** Keeps the page from its worker and its models, so that the stored example stays on the screen. */
async function withoutLive(page) {
  await page.route(/\.(safetensors|gguf)(\?|$)|worker/i, () => {}); // never answered
  await page.reload();
}

/** The embedded encoder, on its first worked example. */
async function openEncoder(page) {
  await page.getByRole('combobox', { name: 'Model' }).selectOption('tiny-world-encoder');
  await tokens(page).filter({ hasText: '[MASK]' }).waitFor();
  await ready(page);
}

export const states = [
  { name: 'default', reach: ready },
  {
    name: 'stored',
    reach: async (page) => {
      await withoutLive(page);
      await state(page, 'stored', 'loading');
    },
  },
  { name: 'pinned', reach: (page) => pin(page, 10) },
  {
    name: 'slice',
    context: { viewport: { width: 1440, height: 2300 } }, // all of it: the inspector is longer than a screen
    reach: async (page) => {
      await pin(page);
      await tab(page, '3-D slice');
      await ready(page);
    },
  },
  {
    name: 'pair',
    context: { viewport: { width: 1440, height: 2150 } }, // all of it: the inspector is longer than a screen
    reach: async (page) => {
      await chooseCell(page);
      await tab(page, 'Pair');
      await ready(page);
    },
  },
  {
    name: 'layers',
    reach: async (page) => {
      await pin(page);
      await tab(page, 'Layers');
      await ready(page);
    },
  },
  { name: 'dark', context: { colorScheme: 'dark' }, reach: ready },
  { name: 'encoder', reach: openEncoder },
  {
    name: 'phone',
    context: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    fullPage: true,
    reach: ready,
  },
  {
    // The reference computes live, and the page says what is missing.
    name: 'no-webgpu',
    webgpu: false,
    reach: async (page) => {
      await ready(page);
      await page
        .getByText(/WebGPU.*reference/)
        .first()
        .waitFor();
    },
  },
  {
    // The model's file is broken: the page says so and stays usable.
    name: 'error',
    reach: async (page) => {
      await page.route(/\.safetensors(\?|$)/, (route) => route.fulfill({ body: 'not a model' }));
      await page.reload();
      await state(page, 'error');
    },
  },
];
