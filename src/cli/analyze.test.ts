import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toFloat32 } from '../models/decode';
import { readSafetensors, writeSafetensors } from '../models/safetensors';
import { hubMirror } from '../models/testing/hubMirror';
import { relativeError } from '../tensor/compare';
import { main } from './analyze';
import { goldenErrors, goldenModels } from './goldens';

let folder = '';
const printed = { log: '', error: '' };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensorscope-cli-'));
  for (const kind of ['log', 'error'] as const) {
    vi.spyOn(console, kind).mockImplementation((text: string) => {
      printed[kind] = text;
    });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const out = () => join(folder, 'out.safetensors');
const gpt2 = (...more: string[]) =>
  main(['--model=fixtures/tiny/gpt2', '--ids=1,2,3,4', `--out=${out()}`, '--device=reference', ...more]);
const pixels = '--pixels=fixtures/tiny/vit/golden.safetensors';
const written = async () => readSafetensors(await readFile(out()));

/** Golden keys that are no block's own: of models with gates, which have goldens of three rules, and of the others. */
const [gatedKeys, plainKeys] = [27, 17];

test.each(goldenModels)('%s: all golden keys are reproduced by the reference', async (name) => {
  const errors = await goldenErrors(name, 'reference');
  const blocks = [...errors.keys()].filter((key) => key.startsWith('attn.')).length;
  const range = errors.has('T_range') ? 2 : 0; // not comparable where the final norm is in the way
  const keys = (errors.has('in_gate') ? gatedKeys : plainKeys) + range + 3 * blocks; // hidden, attention and rollout of each
  expect(errors.size).toBe(errors.has('in_class_all') ? keys : keys - 1); // a classifier's class belongs to one token
  for (const [key, error] of errors) expect(error, key).toBeLessThan(1e-6);
});

test('x0, y, B and input_ids are always written, with their shapes and where they come from', async () => {
  expect(await gpt2()).toBe(0);
  const { tensors, metadata } = await written();
  expect([...tensors].map(([key, { dtype, shape }]) => `${key} ${dtype} ${shape}`)).toEqual([
    'input_ids I32 4',
    'x0 F32 4,20',
    'y F32 4,20',
    'B F32 4,20',
  ]);
  const about = JSON.parse(metadata.tensorscope!);
  expect(about).toMatchObject({
    model: { id: 'gpt2', family: 'GPT-2' },
    device: { kind: 'reference' },
    range: [0, 3],
    gateRule: 'half',
  });
  expect(about.model.weights).toMatchObject({ storage: 'f64', error: 0, weight: null });
  expect(about).not.toHaveProperty('logitCheck');
  expect(about.tokens).toHaveLength(4);
  expect(printed.log).toMatch(/^4 tensors in .*out\.safetensors/);
});

test('results bring their measured errors and what they explain', async () => {
  expect(await gpt2('--maps=in_out,in_class', '--direction=contrast:5,6', '--class=7', '--target=2')).toBe(0);
  const { results } = JSON.parse((await written()).metadata.tensorscope!);
  expect(results.in_out.fidelity.completeness).toBeLessThan(1e-12);
  expect(results.in_class.fidelity.conservation).toBeLessThan(1e-12);
  expect(results.in_class.explains).toMatch(/#7.*#5.*#6/);
});

test('slices and pairs of the Jacobian are the golden ones, and say what they are', async () => {
  const { input_ids } = JSON.parse(await readFile('fixtures/tiny/gpt2/golden.json', 'utf8'));
  const golden = readSafetensors(await readFile('fixtures/tiny/gpt2/golden.safetensors')).tensors;
  const last = input_ids.length - 1;
  const argv = ['--model=fixtures/tiny/gpt2', `--ids=${input_ids}`, `--out=${out()}`, '--device=reference'];
  expect(await main([...argv, `--slice=${last}`, `--pair=${last},1`, '--operator=jacobian'])).toBe(0);
  const { tensors, metadata } = await written();
  const slice = toFloat32(tensors.get(`slice.${last}`)!, 'slice');
  // Golden values are float64 written as float32.
  expect(relativeError(slice, toFloat32(golden.get('J_last')!, 'J_last'))).toBeLessThan(1e-6);
  const [rows, , columns] = tensors.get(`slice.${last}`)!.shape as [number, number, number];
  const pair = toFloat32(tensors.get(`pair.${last}.1`)!, 'pair');
  const cut = pair.map((_, at) => slice[(Math.floor(at / columns) * (last + 1) + 1) * columns + (at % columns)]!);
  expect(pair).toEqual(cut);
  expect(pair).toHaveLength(rows * columns);
  expect(JSON.parse(metadata.tensorscope!).operator).toBe('jacobian');
  expect(await gpt2('--slice=3', '--operator=gradient')).toBe(1);
  expect(printed.error).toMatch(/--operator does not know "gradient"; choose from tensor/);
});

test('maps of other methods are written by the names of their golden values', async () => {
  const baselines = readSafetensors(await readFile('fixtures/tiny/gpt2/baselines.safetensors')).tensors;
  const { class: explained, input_ids } = JSON.parse(await readFile('fixtures/tiny/gpt2/golden.json', 'utf8'));
  const chains = ['rollout_attn_n', 'rollout_attn_res', 'alti'];
  const shared = ['decompx_absdot', 'decompx_norm', 'decompx_equal'];
  const keys = ['attn_n', 'attn_res_n', ...chains].flatMap((key) => [0, 1, 2].map((block) => `${key}.${block}`));
  const maps = ['attn_n', 'attn_res_n', ...chains, ...shared, 'mixing_ratio'];
  expect(
    await gpt2(`--maps=${maps}`, `--ids=${input_ids}`, '--direction=logit', `--target=${explained.positions[0]}`),
  ).toBe(0);
  const { tensors } = await written();
  for (const key of [...keys, ...shared]) {
    const golden = toFloat32(baselines.get(key)!, key);
    expect(relativeError(toFloat32(tensors.get(key)!, key), golden), key).toBeLessThan(1e-6);
  }
  const ratios = [...toFloat32(tensors.get('mixing_ratio.2')!, 'mixing_ratio.2')];
  expect(ratios[0]).toBeLessThan(1e-12); // the first token sees none but itself
  expect(ratios.slice(1).every((ratio) => ratio > 0 && ratio < 1)).toBe(true);
  expect(await gpt2('--maps=globenc')).toBe(1);
  expect(printed.error).toContain('GlobEnc is not defined for this model');
});

test('a partial range writes the residual streams that it connects', async () => {
  expect(await gpt2('--layers=1:2', '--maps=rollout', '--pair=3,0')).toBe(0);
  const { tensors } = await written();
  const names = ['input_ids', 'x0', 'y', 'B', 'hidden.1', 'hidden.2', 'rollout.1', 'pair.3.0'];
  expect([...tensors.keys()]).toEqual(names);
  expect(tensors.get('y')!.bytes).toEqual(tensors.get('hidden.2')!.bytes);
  expect(tensors.get('pair.3.0')!.shape).toEqual([20, 20]);
});

test('the embedded model is found by its name, and words name tokens', async () => {
  const argv = [
    '--model=tiny-world',
    '--prompt=mary',
    '--class=john',
    '--maps=in_class',
    '--device=reference',
    `--out=${out()}`,
  ];
  expect(await main(argv), printed.error).toBe(0);
  expect(
    JSON.parse((await written()).metadata.tensorscope!).tokens.map(({ piece }: { piece: string }) => piece),
  ).toEqual(['[BOS]', 'mary']);
});

test('a model of the hub is read from its address, and goes on where the connection broke', async () => {
  const mirror = await hubMirror('fixtures/tiny/gpt2', { id: 'acme/gpt2', revision: 'v1', breakAfter: 5000 });
  try {
    const asked = (model: string, revision: string) =>
      gpt2(`--model=${model}`, `--hub=${mirror.base}`, `--revision=${revision}`, '--maps=in_out');
    expect(await asked('acme/gpt2', 'v1'), printed.error).toBe(0);
    const { tensors, metadata } = await written();
    expect(JSON.parse(metadata.tensorscope!).model).toMatchObject({ id: 'acme/gpt2', revision: 'v1' });
    expect(await gpt2('--maps=in_out')).toBe(0);
    expect(mirror.log).toContain('GET model.safetensors bytes=5000-');
    expect(tensors.get('in_out')).toEqual((await written()).tensors.get('in_out'));
    expect(await asked('acme/gpt2', 'v2')).toBe(1);
    expect(printed.error).toMatch(/^analyze: localhost:\d+ has no model acme\/gpt2 at revision v2/);
    expect(await asked('gpt2', 'v1')).toBe(1);
    expect(printed.error).toMatch(/must look like owner\/name/);
  } finally {
    await mirror.close();
  }
});

test('a GGUF file is a model, and the result says that its weights are quantised', async () => {
  const gguf = ['--model=fixtures/gguf/wide-q4_k.gguf', '--prompt=Hello world', '--maps=in_out', `--out=${out()}`];
  expect(await main([...gguf, '--device=reference'])).toBe(0);
  const { model, results, tokens } = JSON.parse((await written()).metadata.tensorscope!);
  expect(model).toMatchObject({ id: 'wide-q4_k.gguf', title: 'wide-q4_k.gguf (Llama, Q4_K weights)' });
  expect(model.remarks).toEqual([expect.stringMatching(/quantised \(Q4_K, Q6_K, Q5_K, Q8_0\)/)]);
  expect(tokens.length).toBeGreaterThan(2);
  expect(results.in_out.fidelity.completeness).toBeLessThan(1e-12);
});

test('--help prints the options', async () => {
  expect(await main(['--help'])).toBe(0);
  expect(printed.log).toContain('--gate-rule');
});

test.each<[string, string[], RegExp]>([
  ['a model that is nowhere', ['--model=nowhere'], /no folder "nowhere" and no embedded model/],
  ['a folder without a model', ['--model=src'], /config\.json/],
  ['a GGUF file that is nowhere', ['--model=nowhere.gguf'], /no folder "nowhere\.gguf"/],
  ['an unknown id', ['--ids=1,99'], /no token 99/],
  ['a prompt beyond the context', [`--ids=${Array(17).fill(1)}`], /17 tokens, this model takes 16/],
  ['a text without a tokenizer', ['--prompt=mary'], /no tokenizer\.json/],
  ['a word without a tokenizer', ['--class=mary'], /no single token of the vocabulary spells "mary"/],
  ['a class beyond the vocabulary', ['--class=41'], /--class: there is no token 41; the vocabulary has ids 0 to 40/],
  ['a rival beyond the vocabulary', ['--direction=contrast:99'], /--direction: there is no token 99/],
  ['a target beyond the prompt', ['--target=4'], /--target: there is no token 4; the prompt has 4 tokens, 0 to 3/],
  ['a slice beyond the prompt', ['--slice=9'], /there is no token 9/],
  ['a pair beyond the prompt', ['--pair=1,9'], /there is no token 9/],
  ['blocks beyond the model', ['--layers=0:9'], /this model has 3 blocks/],
  ['an output folder that is missing', ['--out=/nowhere/out.safetensors'], /no folder \/nowhere/],
  ['an output that is a folder', ['--out=src'], /is a folder/],
])('%s: exit code 1, one line, no file', async (_, more, sentence) => {
  const base = new Map([
    ['--model', '--model=fixtures/tiny/gpt2'],
    ['--ids', '--ids=1,2,3,4'],
    ['--out', `--out=${out()}`],
    ['--device', '--device=reference'],
  ]);
  for (const option of more) base.set(option.split('=')[0]!.replace('--prompt', '--ids'), option);
  expect(await main([...base.values()])).toBe(1);
  expect(printed.error).toMatch(sentence);
  expect(printed.error).toMatch(/^analyze: [^\n]*\.$/);
  expect(await readdir(folder)).toEqual([]);
});

test.each<[string, string[], RegExp]>([
  ['ids', ['--ids=1,2'], /reads images: give a picture/],
  ['a text', ['--prompt=cat'], /reads images: give a picture/],
  ['no such picture', ['--image=nowhere.png'], /--image: there is no file nowhere\.png/],
  ['a text as a picture', ['--image=README.md'], /“README\.md” is no picture that can be read here/],
  ['no such file', ['--pixels=nowhere.safetensors'], /--pixels: there is no file nowhere\.safetensors/],
  ['no pixels', ['--pixels=fixtures/tiny/vit/model.safetensors'], /holds no tensor pixel_values/],
  [
    'another token',
    [pixels, '--maps=in_class', '--target=1'],
    /has one row of classes for its whole input, addressed as token 0/,
  ],
  [
    'the class of every token',
    [pixels, '--maps=in_class_all'],
    /has one row of classes for its whole input, addressed as token 0/,
  ],
])('a classifier of images refuses %s', async (_, more, sentence) => {
  const base = ['--model=fixtures/tiny/vit', `--out=${out()}`, '--device=reference'];
  expect(await main([...base, ...more])).toBe(1);
  expect(printed.error).toMatch(sentence);
  expect(await readdir(folder)).toEqual([]);
});

test.each<[string, string[], RegExp]>([
  [
    'a class without a name',
    ['--class=dog'],
    /--class: no class of this model is called "dog"; give its number instead/,
  ],
  ['a class beyond its own', ['--class=3'], /--class: there is no class 3; this model has classes 0 to 2/],
  ['another token', ['--maps=in_class', '--target=1'], /has one row of classes for its whole input/],
])('a classifier of texts refuses %s', async (_, more, sentence) => {
  const base = ['--model=fixtures/tiny/bert_classifier', '--ids=2,7,3', `--out=${out()}`, '--device=reference'];
  expect(await main([...base, ...more])).toBe(1);
  expect(printed.error).toMatch(sentence);
  expect(await readdir(folder)).toEqual([]);
});

test('a classifier of texts: its classes have names of their own, its tokens are those of the vocabulary', async () => {
  const base = ['--model=fixtures/tiny/bert_classifier', '--ids=2,7,39,3', `--out=${out()}`, '--device=reference'];
  expect(await main([...base, '--maps=in_class', '--class=LABEL_2', '--logits']), printed.error).toBe(0);
  const { tensors, metadata } = await written();
  expect(tensors.get('logits')!.shape).toEqual([3]);
  const { model, tokens, results } = JSON.parse(metadata.tensorscope!);
  expect(model).toMatchObject({ vocab: 40, classes: 3, readToken: 0 });
  expect(tokens.map(({ piece }: { piece: string }) => piece)).toEqual(['#2', '#7', '#39', '#3']);
  expect(results.in_class.explains).toContain('LABEL_2');
});

test('an image of the wrong size, and an image for a model of text, are refused', async () => {
  const image = join(folder, 'image.safetensors');
  const small = { shape: [1, 3, 8, 8], data: new Float32Array(192) };
  await writeFile(image, writeSafetensors(new Map([['pixel_values', small]])));
  const base = [`--out=${out()}`, '--device=reference'];
  expect(await main([...base, '--model=fixtures/tiny/vit', `--pixels=${image}`])).toBe(1);
  expect(printed.error).toMatch(/shape \[3, 8, 8\] with 192 numbers, this model takes \[3, 24, 24\]/);
  expect(await main([...base, '--model=fixtures/tiny/gpt2', pixels])).toBe(1);
  expect(printed.error).toMatch(/This model reads text/);
});

test('an image: patches are tokens, classes are words, the target is the token that is read', async () => {
  const base = ['--model=fixtures/tiny/vit', `--out=${out()}`, '--device=reference', pixels, '--class=LABEL_4'];
  expect(await main([...base, '--maps=in_class', '--logits'])).toBe(0);
  const { tensors, metadata } = await written();
  expect([...tensors].map(([key, { shape }]) => `${key} ${shape}`)).toEqual([
    'pixel_values 3,24,24',
    'x0 10,16',
    'y 10,16',
    'B 10,16',
    'logits 6',
    'in_class 10',
  ]);
  const { tokens, results } = JSON.parse(metadata.tensorscope!);
  expect(tokens.map(({ piece }: { piece: string }) => piece).slice(0, 5)).toEqual([
    '[CLS]',
    '0,0',
    '0,1',
    '0,2',
    '1,0',
  ]);
  expect(results.in_class.explains).toContain('LABEL_4');
});

const images = 'fixtures/images';
const golden = readSafetensors(await readFile(`${images}/processed.safetensors`)).tensors;

test.each([
  ['wide.png', 'vit.wide', 0],
  ['tall.png', 'vit.tall', 0],
  ['dot.png', 'vit.dot', 0],
  // Another decoder: single bytes differ from libjpeg's by up to 3, of 255 levels over a range of 2.
  ['wide.jpg', 'vit.wide', 0.2],
])('--image %s gives the model what transformers gives it (%s)', async (file, key, tolerance) => {
  expect(
    await main(['--model=fixtures/tiny/vit', `--out=${out()}`, '--device=reference', `--image=${images}/${file}`]),
  ).toBe(0);
  const { tensors, metadata } = await written();
  const found = tensors.get('pixel_values')!;
  expect(found.shape).toEqual([3, 24, 24]);
  const error = relativeError(toFloat32(found, 'found'), toFloat32(golden.get(key)!, key));
  expect(error).toBeLessThanOrEqual(tolerance);
  expect(JSON.parse(metadata.tensorscope!)).toMatchObject({ image: `${images}/${file}`, imageSize: expect.any(Array) });
});

test('a picture that breaks off, one that unfolds, and one for a model of text are refused', async () => {
  const base = [`--out=${out()}`, '--device=reference'];
  const broken = join(folder, 'broken.png');
  await writeFile(broken, (await readFile(`${images}/wide.png`)).subarray(0, 9000));
  expect(await main([...base, '--model=fixtures/tiny/vit', `--image=${broken}`])).toBe(1);
  expect(printed.error).toMatch(/“broken\.png” is a damaged PNG/);
  const bomb = Buffer.from(await readFile(`${images}/dot.png`));
  bomb.writeUInt32BE(10_000, 16);
  bomb.writeUInt32BE(10_000, 20);
  await writeFile(broken, bomb);
  expect(await main([...base, '--model=fixtures/tiny/vit', `--image=${broken}`])).toBe(1);
  expect(printed.error).toMatch(/10000 × 10000 pixels \(100 megapixels\), more than the 50/);
  expect(await main([...base, '--model=fixtures/tiny/gpt2', `--image=${images}/dot.png`])).toBe(1);
  expect(printed.error).toMatch(/This model reads text/);
});

test('--chat runs the prompt in the model’s chat template, and says what was read', async () => {
  const model = join(folder, 'chatty');
  await cp('public/models/tiny-world', model, { recursive: true });
  await writeFile(
    join(model, 'chat_template.jinja'),
    "{% for m in messages %}john {{ m['content'] }} mary{% endfor %}",
  );
  const argv = ['--prompt=gave the', `--out=${out()}`, '--device=reference'];
  expect(await main([`--model=${model}`, ...argv, '--chat'])).toBe(0);
  const { tokens, chat } = JSON.parse((await written()).metadata.tensorscope!);
  expect(chat).toBe('john gave the mary');
  expect(tokens.map(({ piece, inserted = false }: { piece: string; inserted?: boolean }) => [piece, inserted])).toEqual(
    [
      // A template writes the special tokens itself; this one has none.
      ['john', true],
      ['gave', false],
      ['the', false],
      ['mary', true],
    ],
  );
  expect(await main(['--model=tiny-world', ...argv, '--chat'])).toBe(1);
  expect(printed.error).toMatch(/has no chat template: run the plain text/);
});

test('what fails for an unexpected reason is told as such', async () => {
  const argv = ['--model=fixtures/tiny/gpt2', '--ids=1', `--out=${out()}`];
  const broken = () => {
    throw new TypeError('no\nengine');
  };
  expect(await main(argv, broken)).toBe(1);
  expect(printed.error).toBe('analyze: unexpected TypeError: no engine');
});
