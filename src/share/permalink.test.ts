import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  biasSharings,
  enlargeable,
  maps,
  maskings,
  measures,
  operators,
  overlays,
  panels,
  rooms,
  rowMethods,
  studies,
  tensorMaps,
} from './fields';
import { decodeLink, encodeLink, maxFragment } from './permalink';
import { defaultRelation } from './relation';
import { defaultSettings, type Settings, type SideSettings } from './settings';

const index = fc.nat({ max: 9_999_999 });
const side = fc.record(
  {
    model: fc.constantFrom('tiny-world', 'HuggingFaceTB/SmolLM2-135M'),
    prompt: fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
    pinned: fc.uniqueArray(index, { maxLength: 4 }),
    class: fc.option(index),
    direction: fc.constantFrom('centred', 'logit', 'logprob', 'contrast'),
    rivals: fc.uniqueArray(index, { maxLength: 4 }),
    gateRule: fc.constantFrom('half', 'up', 'gate'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<SideSettings>>;
const settings: fc.Arbitrary<Settings> = fc.record({
  room: fc.constantFrom(...rooms),
  other: side,
  model: fc.constantFrom('tiny-world', 'SmolLM2-135M', 'HuggingFaceTB/SmolLM2-135M'),
  revision: fc.option(fc.stringMatching(/^[\w.-]{1,40}$/)),
  hub: fc.constantFrom(defaultSettings.hub, 'http://localhost:8000', 'https://mirror.example/models'),
  device: fc.constantFrom('auto', 'webgpu', 'reference'),
  weights: fc.constantFrom('f32', 'f16'),
  memory: fc.option(fc.nat(999_999)),
  prompt: fc.option(fc.string({ unit: 'binary', maxLength: 400 })),
  chat: fc.boolean(),
  image: fc.option(
    fc.record({
      name: fc.stringMatching(/^[\w .é-]{1,60}$/),
      digest: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/)),
    }),
  ),
  pinned: fc.uniqueArray(index, { maxLength: 8 }),
  source: fc.option(index),
  class: fc.option(index),
  direction: fc.constantFrom('centred', 'logit', 'logprob', 'contrast'),
  rivals: fc.uniqueArray(index, { maxLength: 8 }),
  map: fc.constantFrom(...tensorMaps),
  panels: fc.uniqueArray(fc.constantFrom(...panels)),
  difference: fc.tuple(fc.constantFrom(...maps), fc.constantFrom(...maps)),
  attentionLayer: fc.option(index),
  attentionHead: fc.option(fc.oneof(index, fc.constant('max' as const))),
  biases: fc.constantFrom(...biasSharings),
  range: fc.option(fc.tuple(fc.nat({ max: 99 }), fc.integer({ min: 100, max: 9999 }))),
  gateRule: fc.constantFrom('half', 'up', 'gate'),
  scale: fc.constantFrom('shared', 'own'),
  log: fc.boolean(),
  hideFirst: fc.boolean(),
  hideSpecial: fc.boolean(),
  words: fc.boolean(),
  tab: fc.constantFrom('row', 'slice', 'pair', 'layers', 'graph', 'jacobian', 'faithfulness'),
  method: fc.constantFrom(...rowMethods),
  operator: fc.constantFrom(...operators),
  order: fc.constantFrom('ranked', 'reading'),
  contraction: fc.constantFrom('contributions', 'readOut', 'classDirection'),
  layer: fc.option(index),
  layersKind: fc.constantFrom('from', 'upTo', 'lens', 'shares'),
  graphOf: fc.constantFrom('class', 'output'),
  graphLeast: fc.option(fc.nat({ max: 1000 })),
  graphScaled: fc.boolean(),
  graphNode: fc.option(fc.constantFrom('stream 3.5', 'head 0.11.31', 'attention 0.5', 'ffn 11.1023')),
  graphFocus: fc.boolean(),
  enlarged: fc.option(fc.constantFrom(...enlargeable)),
  overlay: fc.constantFrom(...overlays),
  opacity: fc.nat({ max: 100 }),
  study: fc.constantFrom(...studies),
  rankings: fc.option(fc.uniqueArray(fc.constantFrom('rollout', 'in_class:centred', 'random'))),
  masking: fc.option(fc.constantFrom(...maskings)),
  fractions: fc.constantFrom('few', 'most'),
  measure: fc.constantFrom(...measures),
  matched: fc.boolean(),
  continued: fc.array(index, { maxLength: 20 }),
  generation: fc.record({
    open: fc.boolean(),
    temperature: fc.integer({ min: 0, max: 40 }).map((value) => value / 4),
    topK: fc.option(fc.integer({ min: 1, max: 1000 })),
    topP: fc.integer({ min: 1, max: 20 }).map((value) => value / 20),
    seed: fc.nat({ max: 1_000_000 }),
    count: fc.integer({ min: 1, max: 512 }),
  }),
  relation: fc.record({
    name: fc.option(fc.stringMatching(/^\w{1,40}$/)),
    template: fc.option(fc.string({ maxLength: 200 })),
    table: fc.option(fc.string({ maxLength: 400 })),
    layer: fc.nat({ max: 9999 }),
    training: fc.nat({ max: 64 }),
    splits: fc.nat({ max: 20 }),
    seed: fc.nat({ max: 1_000_000 }),
    beta: fc.integer({ min: -400, max: 400 }).map((value) => value / 4 + 0),
    rank: fc.option(fc.nat({ max: 100_000 })),
    editRank: fc.nat({ max: 100_000 }),
    onlyKnown: fc.boolean(),
    jacobian: fc.boolean(),
    sweep: fc.boolean(),
  }),
});

describe('permalink', () => {
  test('what is written is read back, for any settings', () => {
    fc.assert(
      fc.property(settings, (value) => {
        expect(decodeLink(encodeLink(value))).toEqual({ settings: value, ignored: [] });
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  test('the room of relations: a long table is left out, nonsense is told', () => {
    expect(encodeLink({ ...defaultSettings, room: 'relations' })).toBe('#v=1&room=relations');
    const long = { ...defaultRelation, table: 'a,b\n'.repeat(2000), training: 3 };
    const read = decodeLink(encodeLink({ ...defaultSettings, relation: long }));
    expect(read.settings.relation).toEqual({ ...defaultRelation, training: 3 });
    for (const text of ['{', '[]', '"x"', '{"layer":-1}', '{"what":1}', '{"beta":1e999}']) {
      expect(decodeLink(`#v=1&relation=${encodeURIComponent(text)}`)).toEqual({
        settings: defaultSettings,
        ignored: ['relation'],
      });
    }
  });

  test('defaults are left out', () => {
    expect(encodeLink(defaultSettings)).toBe('');
    expect(encodeLink({ ...defaultSettings, prompt: 'the river of x', tab: 'pair' })).toBe(
      '#v=1&prompt=the+river+of+x&tab=pair',
    );
  });

  test('long prompts are deflated and come back whole', () => {
    const prompt = 'mary and john went to the shop , '.repeat(200);
    const link = encodeLink({ ...defaultSettings, prompt });
    expect(link).toMatch(/^#v=1&z=/);
    expect(link.length).toBeLessThan(1500);
    expect(decodeLink(link).settings.prompt).toBe(prompt);
  });

  test('nonsense opens the default and is named', () => {
    const opened = decodeLink('#v=1&tab=banana&pin=-1&blocks=9-2&model=../../etc&prompt=ok&scale=%E0%A4%A');
    expect(opened.settings).toEqual({ ...defaultSettings, prompt: 'ok' });
    expect([...opened.ignored].sort()).toEqual(['blocks', 'model', 'pin', 'scale', 'tab']);
  });

  test('unknown keys are ignored without a word, prototype keys too', () => {
    expect(decodeLink('#v=1&later=1&__proto__=x&constructor=y&toString=z')).toEqual({
      settings: defaultSettings,
      ignored: [],
    });
  });

  test('any text whatever opens without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { settings: opened } = decodeLink(`#${text}`);
        expect(Object.keys(opened)).toEqual(Object.keys(defaultSettings));
      }),
      { numRuns: 400, seed: 2 },
    );
  });

  test('a link over the cap, a damaged or a huge packed part is not unfolded', () => {
    expect(decodeLink(`#prompt=${'x'.repeat(maxFragment)}`).ignored[0]).toContain('longer than');
    expect(decodeLink('#v=1&z=@@@').ignored).toEqual(['z (damaged)']);
    const bomb = encodeLink({ ...defaultSettings, prompt: 'a'.repeat(500_000) });
    expect(decodeLink(bomb)).toEqual({ settings: defaultSettings, ignored: ['z (damaged)'] });
  });

  test('a newer version opens what is understood and says so', () => {
    const opened = decodeLink('#v=2&tab=pair');
    expect(opened.settings.tab).toBe('pair');
    expect(opened.ignored).toEqual(['v (this page reads version 1)']);
  });

  test.each([
    'model=../x',
    'model=a/..',
    'model=a/b/c',
    'model=/a',
    'model=a/',
    'hub=javascript:x',
    'hub=https://a/../b',
  ])('no model and no hub: %s', (part) => {
    const { settings: read, ignored } = decodeLink(`#v=1&${part}`);
    expect(read).toEqual(defaultSettings);
    expect(ignored).toEqual([part.split('=')[0]]);
  });
});
