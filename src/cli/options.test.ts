import { expect, test } from 'vitest';
import { readOptions } from './options';

const least = ['--model', 'm', '--ids', '1,2', '--out', 'o'];

test('defaults are those of the page', () => {
  expect(readOptions(least)).toEqual({
    model: 'm',
    hub: null,
    revision: 'main',
    prompt: { ids: [1, 2] },
    out: 'o',
    maps: [],
    methods: [],
    target: 'last',
    class: 'auto',
    direction: { kind: 'centred' },
    layers: null,
    gateRule: 'half',
    operator: 'tensor',
    slices: [],
    pairs: [],
    hidden: false,
    logits: false,
    device: 'auto',
    weights: 'f32',
    memoryBudget: null,
  });
});

test('everything can be asked for', () => {
  const line =
    '--model=m --prompt=mary --out=o --maps=in,in_out,in_class --methods=attnlrp,chefer_generic --target=3 --class=mary --layers=1:3 --gate-rule=up --slice=0 --slice=2 --pair=2,1 --hidden --logits --device=reference';
  expect(readOptions([...line.split(' '), '--direction', 'contrast:12,john'])).toMatchObject({
    prompt: { text: 'mary' },
    maps: ['in', 'in_out', 'in_class'],
    methods: ['attnlrp', 'chefer_generic'],
    target: 3,
    class: 'mary',
    direction: { kind: 'contrast', rivals: [12, 'john'] },
    layers: [1, 3],
    gateRule: 'up',
    slices: [0, 2],
    pairs: [[2, 1]],
    hidden: true,
    logits: true,
    device: 'reference',
  });
  expect(readOptions([...least, '--direction=contrast'])).toMatchObject({
    direction: { kind: 'contrast', rivals: [] },
  });
  expect(readOptions([...least, '--class=7'])).toMatchObject({ class: 7 });
  expect(readOptions([...least, '--weights=f16'])).toMatchObject({ weights: 'f16' });
  expect(readOptions([...least, '--memory=300MB'])).toMatchObject({ memoryBudget: 300e6 });
  expect(readOptions([...least, '--memory', '1.5 GB'])).toMatchObject({ memoryBudget: 1.5e9 });
});

test('--help wins over what is missing', () => {
  expect(readOptions(['--help'])).toBe('help');
  expect(readOptions(['-h'])).toBe('help');
});

test.each<[string, string[], RegExp]>([
  ['memory without a unit', [...least, '--memory=300'], /^--memory must be a size such as 300MB or 1\.5GB, not "300"/],
  ['no model', ['--ids=1', '--out=o'], /^--model is missing/],
  ['no prompt', ['--model=m', '--out=o'], /^--prompt, --ids, --image or --pixels is missing/],
  ['no output', ['--model=m', '--ids=1'], /^--out is missing/],
  ['two prompts', [...least, '--prompt=a'], /one of --prompt, --ids, --image and --pixels, not several/],
  [
    'an image and a prompt',
    ['--model=m', '--image=cat.png', '--prompt=a', '--out=o'],
    /Give one of --prompt, --ids, --image/,
  ],
  ['an image without a name', ['--model=m', '--image=', '--out=o'], /--image.*the file with the picture/],
  ['a chat without words', ['--model=m', '--ids=1', '--chat', '--out=o'], /--chat is for texts: give --prompt/],
  ['pixels and a prompt', [...least, '--pixels=p.safetensors'], /not several/],
  ['pixels without a file', ['--model=m', '--pixels=', '--out=o'], /^--pixels is missing/],
  ['a revision without a hub', [...least, '--revision=v1'], /--revision is for models of the hub: give --hub/],
  ['a hub without an address', [...least, '--hub='], /--hub is missing: an address such as/],
  ['an unknown option', [...least, '--colour=red'], /Unknown option '--colour'/],
  ['a word without an option', [...least, 'mary'], /mary/],
  ['an option without its value', [...least, '--maps'], /--maps/],
  ['an id that is no number', ['--model=m', '--ids=1,x', '--out=o'], /--ids must be token ids.*not "x"/],
  ['a negative id', ['--model=m', '--ids=-1', '--out=o'], /--ids.*"-1"/],
  ['an unknown map', [...least, '--maps=in,inout'], /--maps does not know "inout"; choose from in, in_out, out, norm/],
  ['an unknown method', [...least, '--methods=lrp'], /--methods does not know "lrp"; choose from gradient_l2, grad_x/],
  [
    'a target that is no index',
    [...least, '--target=first'],
    /--target must be "last" or an index from 0, not "first"/,
  ],
  ['layers the wrong way round', [...least, '--layers=3:1'], /--layers must be a:b with a below b/],
  ['an empty range', [...least, '--layers=2:2'], /--layers/],
  ['half a range', [...least, '--layers=2'], /--layers/],
  ['an unknown rule', [...least, '--gate-rule=both'], /--gate-rule does not know "both"; choose from half, up, gate/],
  [
    'an unknown direction',
    [...least, '--direction=up'],
    /--direction does not know "up"; choose from centred, logit, logprob, contrast/,
  ],
  ['tokens for a direction without any', [...least, '--direction=logit:3'], /--direction logit takes no tokens/],
  ['contrast with nothing', [...least, '--direction=contrast:'], /names no token/],
  ['a pair of three', [...least, '--pair=1,2,3'], /--pair must be I,J/],
  ['unknown weights', [...least, '--weights=int4'], /--weights does not know "int4"; choose from f32, f16/],
  ['an unknown device', [...least, '--device=cuda'], /--device does not know "cuda"/],
])('%s is refused in one sentence', (_, argv, sentence) => {
  expect(() => readOptions(argv)).toThrow(sentence);
  expect(() => readOptions(argv)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  expect(() => readOptions(argv)).toThrow(/See --help\.$/);
});
