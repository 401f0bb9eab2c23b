// The named states of the page that `npm run shots` takes pictures of, and how a user gets there: by roles and accessible names only.
// `reach` gets a page that has just been opened. `context` are Playwright's context options, `webgpu: false` starts a browser without it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

/** The norm map, estimated; `refined`: further than at first, with the pointer on a cell. */
async function normMap(page, refined = false) {
  await ready(page);
  await page.getByLabel('Collapse of the tensor').selectOption('norm');
  await page.getByText('Estimated').waitFor();
  await ready(page);
  if (!refined) return;
  await page.getByRole('button', { name: 'Refine' }).click();
  await page.getByText('32 of 112 probes').waitFor();
  await page.getByRole('grid', { name: 'Tensor, norm' }).hover({ position: { x: 100, y: 150 } });
}

/** T beside the Jacobian, at the last token. */
async function jacobian(page) {
  await pin(page);
  await tab(page, 'Jacobian');
  await page.getByRole('region', { name: 'Remainder under a change of the input' }).waitFor();
  await ready(page);
}

/** Another method in place of T's row. */
async function method(page, name) {
  await pin(page);
  await page.getByLabel('Method').selectOption(name);
  await ready(page);
}

/** The maps of other methods beside the tensor; two of them are not defined for a decoder and say so. */
async function baselines(page) {
  const others = 'attn_n,attn_res_n,rollout_attn_n,rollout_attn_res,alti,decompx,attn_res_ln_n,globenc';
  await page.goto(`${page.url().split('#')[0]}#v=1&panels=tensor,${others}`);
  await page.reload();
  await ready(page);
}

/** Deletion on the prompt of the page, or on a few sentences of the model's world; localisation on four sentences a family. */
async function faithfulness(page, study = 'prompt') {
  await page.goto(`${page.url().split('#')[0]}#v=1&tab=faithfulness&study=${study}`);
  await page.reload();
  await ready(page);
  const few = page.getByLabel('Sentences of each family');
  if (study !== 'prompt') await few.selectOption(study === 'set' ? '2' : '4');
  await page.getByRole('button', { name: 'Compute', exact: true }).click();
  await page.getByRole('table', { name: /: areas|^Localisation/ }).waitFor();
  await page.getByRole('tab', { name: 'Faithfulness' }).scrollIntoViewIfNeeded();
}

async function mapMenu(page) {
  await ready(page);
  await page.getByRole('button', { name: '+ Map' }).click();
}

/** Keeps the page from its worker and its models, so that the stored example stays on the screen. */
async function withoutLive(page) {
  await page.route(/\.(safetensors|gguf)(\?|$)|worker/i, () => {}); // never answered
  await page.reload();
}

/** A hub that has one model of images, and a picture for it: everything from the fixtures. */
async function picture(page, fragment = '') {
  const folder = new URL('../../fixtures/', import.meta.url);
  const files = {
    'config.json': 'tiny/vit/config.json',
    'model.safetensors': 'tiny/vit/model.safetensors',
    'preprocessor_config.json': 'images/vit.json',
  };
  await page.route('https://hub.example/**', (route) => {
    const file = files[new URL(route.request().url()).pathname.split('/').at(-1)];
    const headers = { 'Access-Control-Allow-Origin': '*' };
    if (file === undefined) return route.fulfill({ status: 404, headers });
    return route.fulfill({ path: fileURLToPath(new URL(file, folder)), headers });
  });
  await page.goto(`${page.url().split('#')[0]}#v=1&model=acme%2Ftiny-vit&hub=https://hub.example${fragment}`);
  await page.reload();
  const dialog = page.getByRole('dialog', { name: 'A model from the hub' });
  await dialog.getByRole('button', { name: 'Look up' }).click();
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await ready(page);
  await page.getByLabel('Picture file').setInputFiles(fileURLToPath(new URL('images/wide.png', folder)));
  await page.getByRole('figure', { name: /^Picture, / }).waitFor();
  await ready(page);
}

/** The flow graph of the pinned last token; `node`: opened, by its name in a link. */
async function flowGraph(page, settings = '') {
  await page.goto(`${page.url().split('#')[0]}#v=1&prompt=the+river+of+lunden+is+the&tab=graph${settings}`);
  await page.reload();
  await ready(page);
  const graph = page.getByRole('region', { name: /^Flow graph, / });
  await graph.waitFor();
  await graph.scrollIntoViewIfNeeded();
}

/** Opens a link of the page. */
async function linked(page, settings) {
  await page.goto(`${page.url().split('#')[0]}#v=1&${settings}`);
  await page.reload();
  await ready(page);
}

const twoPrompts = `prompt=the+river+of+lunden+is+the&other=${encodeURIComponent('prompt=the river of arkeby is the')}`;
const twoPictures = `model=tiny-shapes&image=red-square.png&other=${encodeURIComponent('image=blue-cross.png')}`;

/** The room of comparisons with both sides there. */
async function compared(page, settings) {
  await linked(page, `room=compare&${settings}`);
  await page.getByRole('grid', { name: /^Right − left/ }).waitFor();
}

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const gguf = 'fixtures/gguf/wide-q4_k.gguf';

/** Drags the GGUF file over the page (`dragover`), or lets go of it there (`drop`). */
async function drag(page, event) {
  const content = readFileSync(new URL(`../../${gguf}`, import.meta.url)).toString('base64');
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], 'wide-q4_k.gguf'));
    return data;
  }, content);
  await page.dispatchEvent('body', event, { dataTransfer: transfer });
}

const chooseModel = (page, name) => page.getByRole('combobox', { name: 'Model' }).selectOption(name);

/** The room of relations with a decoded relation and its sweep. */
async function relations(page) {
  await ready(page);
  const relation = encodeURIComponent('{"name":"person_instrument","training":3,"splits":2,"sweep":true}');
  await page.goto(`${page.url().split('#')[0]}#v=1&room=relations&relation=${relation}`);
  await page.reload();
  await page.getByRole('figure', { name: /^Layer sweep/ }).waitFor({ timeout: 300_000 });
  await page.mouse.move(0, 0);
}

/** A continuation of the first example, with the alternatives of one of its tokens. */
async function generation(page) {
  await ready(page);
  await page.getByRole('button', { name: 'Continue…' }).click();
  await page.getByLabel('How tokens are chosen').selectOption('drawn');
  await page.getByRole('button', { name: 'Write 20 tokens' }).click();
  const written = page.getByRole('group', { name: 'Written by the model' }).getByRole('button');
  await written.nth(4).waitFor();
  await page.getByRole('button', { name: 'Write 20 tokens' }).waitFor();
  await written.nth(2).click();
  await page.getByRole('button', { name: /^Explain “/ }).click();
  await ready(page);
  await page.mouse.move(0, 0);
}

/** The embedded encoder, on its first worked example. */
async function openEncoder(page) {
  await page.getByRole('combobox', { name: 'Model' }).selectOption('tiny-world-encoder');
  await tokens(page).filter({ hasText: '[MASK]' }).waitFor();
  await ready(page);
}

/** `?debug=1`, with the kernels of a map and the text of one of them. */
async function debug(page) {
  await page.goto(`${page.url().split(/[?#]/)[0]}?debug=1`);
  await ready(page);
  const answer = page.getByRole('region', { name: 'Debug' }).getByRole('listitem').filter({ hasText: 'map in_out' });
  await answer.first().locator('summary').click();
  await answer.first().getByRole('button', { name: 'matmul' }).first().click();
  await answer.first().scrollIntoViewIfNeeded();
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
  { name: 'flow-graph', context: { viewport: { width: 1440, height: 1300 } }, reach: (page) => flowGraph(page) },
  {
    name: 'flow-graph-dark',
    context: { colorScheme: 'dark', viewport: { width: 1440, height: 1500 } },
    reach: (page) => flowGraph(page, '&node=attention+2.6&least=10'),
  },
  {
    name: 'flow-graph-phone',
    context: phone,
    fullPage: true,
    reach: (page) => flowGraph(page, '&node=ffn+3.6&focus=1'),
  },
  { name: 'flow-graph-large', reach: (page) => flowGraph(page, '&enlarged=graph&node=attention+2.6') },
  { name: 'flow-graph-picture', reach: (page) => picture(page, '&tab=graph&node=attention+1.0') },
  {
    name: 'shares',
    reach: async (page) => {
      await page.goto(`${page.url().split('#')[0]}#v=1&prompt=the+river+of+lunden+is+the&tab=layers&layers=shares`);
      await page.reload();
      await ready(page);
    },
  },
  { name: 'lens', reach: (page) => linked(page, 'prompt=the+river+of+lunden+is+the&tab=layers&layers=lens') },
  { name: 'operator', reach: (page) => linked(page, 'prompt=the+river+of+lunden+is+the&tab=pair&operator=jacobian') },
  {
    name: 'tabs-narrow',
    context: { viewport: { width: 1024, height: 768 } },
    reach: (page) => linked(page, 'tab=faithfulness'),
  },
  { name: 'compare', fullPage: true, reach: (page) => compared(page, twoPrompts) },
  {
    name: 'compare-dark',
    context: { colorScheme: 'dark' },
    fullPage: true,
    reach: (page) => compared(page, twoPrompts),
  },
  { name: 'compare-phone', context: phone, fullPage: true, reach: (page) => compared(page, twoPrompts) },
  { name: 'compare-pictures', fullPage: true, reach: (page) => compared(page, twoPictures) },
  { name: 'dark', context: { colorScheme: 'dark' }, reach: ready },
  { name: 'jacobian', fullPage: true, reach: jacobian },
  { name: 'jacobian-dark', context: { colorScheme: 'dark' }, fullPage: true, reach: jacobian },
  { name: 'jacobian-phone', context: phone, fullPage: true, reach: jacobian },
  { name: 'method', reach: (page) => method(page, 'attnlrp') },
  { name: 'method-dark', context: { colorScheme: 'dark' }, reach: (page) => method(page, 'saliency') },
  { name: 'method-phone', context: phone, fullPage: true, reach: (page) => method(page, 'integrated_gradients') },
  { name: 'norm', reach: (page) => normMap(page) },
  { name: 'norm-dark', context: { colorScheme: 'dark' }, reach: (page) => normMap(page, true) },
  { name: 'norm-phone', context: phone, fullPage: true, reach: (page) => normMap(page) },
  { name: 'faithfulness', fullPage: true, reach: (page) => faithfulness(page) },
  { name: 'faithfulness-dark', context: { colorScheme: 'dark' }, fullPage: true, reach: (page) => faithfulness(page) },
  { name: 'faithfulness-phone', context: phone, fullPage: true, reach: (page) => faithfulness(page) },
  { name: 'faithfulness-set', fullPage: true, reach: (page) => faithfulness(page, 'set') },
  { name: 'localisation', fullPage: true, reach: (page) => faithfulness(page, 'localisation') },
  { name: 'baselines', fullPage: true, reach: (page) => baselines(page) },
  { name: 'baselines-dark', context: { colorScheme: 'dark' }, fullPage: true, reach: (page) => baselines(page) },
  { name: 'baselines-phone', context: phone, fullPage: true, reach: (page) => baselines(page) },
  { name: 'map-menu', reach: mapMenu },
  { name: 'encoder', reach: openEncoder },
  {
    name: 'phone',
    context: phone,
    fullPage: true,
    reach: ready,
  },
  { name: 'debug', context: { viewport: { width: 1440, height: 1300 } }, fullPage: true, reach: debug },
  { name: 'debug-dark', context: { colorScheme: 'dark' }, fullPage: true, reach: debug },
  { name: 'debug-phone', context: phone, fullPage: true, reach: debug },
  { name: 'picture', reach: (page) => picture(page) },
  { name: 'picture-dark', context: { colorScheme: 'dark' }, reach: (page) => picture(page, '&overlay=rollout') },
  { name: 'picture-phone', context: phone, fullPage: true, reach: (page) => picture(page) },
  {
    // A quantised model of the reader's own, dropped on the page.
    name: 'gguf',
    reach: async (page) => {
      await ready(page);
      await drag(page, 'drop');
      await page.getByText('what is analysed is this quantised model').waitFor();
      await page.getByRole('textbox', { name: 'Prompt' }).fill('Hello, 12 o’clock');
      await page.getByRole('button', { name: 'Run' }).click();
      await page.waitForTimeout(500);
      await ready(page);
    },
  },
  { name: 'relations', fullPage: true, reach: relations },
  { name: 'relations-dark', fullPage: true, context: { colorScheme: 'dark' }, reach: relations },
  { name: 'relations-phone', fullPage: true, context: phone, reach: relations },
  { name: 'generation', reach: generation },
  { name: 'generation-dark', context: { colorScheme: 'dark' }, reach: generation },
  { name: 'generation-phone', context: phone, reach: generation },
  {
    name: 'drop',
    reach: async (page) => {
      await ready(page);
      await drag(page, 'dragover');
      await page.getByText('Drop a model here').waitFor();
    },
  },
  {
    name: 'files',
    reach: async (page) => {
      await ready(page);
      await chooseModel(page, 'From this machine…');
      await page.locator('input[type=file][aria-label="Open files"]').setInputFiles(fileURLToPath(import.meta.url));
      await page.getByRole('dialog').getByRole('alert').waitFor();
    },
  },
  {
    name: 'hub',
    reach: async (page) => {
      await ready(page);
      await chooseModel(page, 'From the hub…');
    },
  },
  {
    name: 'hub-phone',
    context: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' },
    reach: async (page) => {
      await ready(page);
      await chooseModel(page, 'From the hub…');
    },
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
