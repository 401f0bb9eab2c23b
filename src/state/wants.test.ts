import { beforeAll, describe, expect, test } from 'vitest';
import type { ModelInfo, RowResult, RunSummary } from '../engine/protocol';
import { requestKey } from '../engine/stored';
import { defaultSettings, type Settings } from '../share/settings';
import { type Example, exampleTarget } from './examples';
import { fitSettings } from './fit';
import { questionOf } from './refine';
import { directionWords, isPreview, rangeWords, targetWords } from './target';
import { createFakeEngine, fakeModel } from './testing/fakeEngine';
import { attributeRequest, hiddenSources, mapSlots, pairSource, remainderRequest, wants } from './wants';

let run: RunSummary;
beforeAll(async () => {
  run = await createFakeEngine().run({ text: 'the river of spain' }); // [BOS] the river of spain
});

const with_ = (patch: Partial<Settings>): Settings => ({ ...defaultSettings, prompt: 'the river of spain', ...patch });
const asked = (
  settings: Settings,
  row: RowResult | null = null,
  hovered = null as { row: number; col: number } | null,
) => wants({ settings, model: fakeModel, run, hovered, row, approved: [], probes: {} });

describe('what is asked of the engine', () => {
  test('the row first, then the open tab, then the maps in the order of their panels, the logits last', () => {
    const list = asked(with_({ tab: 'slice', panels: ['flow', 'tensor'] }));
    expect(list.map(({ slot }) => slot)).toEqual(['row', 'slice', 'flow', 'tensor', 'logits']);
    expect(list.map(({ lane }) => lane)).toEqual(['front', 'front', 'back', 'back', 'back']);
  });

  test('without a pin the last token is explained, or the hovered one, with its own top prediction', () => {
    expect(asked(with_({ class: 3 }))[0]?.request).toMatchObject({ targets: [{ token: 4, class: 3 }] });
    expect(asked(with_({ class: 3 }), null, { row: 2, col: 0 })[0]?.request).toMatchObject({
      targets: [{ token: 2, class: null }],
    });
    expect(asked(with_({ pinned: [1], class: 3 }), null, { row: 2, col: 0 })[0]?.request).toMatchObject({
      targets: [{ token: 1, class: 3 }],
    });
  });

  test('a run that says where its answer stands is explained there', () => {
    const masked = { ...run, answerToken: 2 };
    const request = (settings: Settings, hovered: { row: number; col: number } | null) =>
      wants({ settings, model: fakeModel, run: masked, hovered, row: null, approved: [], probes: {} })[0]?.request;
    expect(request(with_({ class: 3 }), null)).toMatchObject({ targets: [{ token: 2, class: 3 }] });
    expect(request(with_({ class: 3 }), { row: 2, col: 0 })).toMatchObject({ targets: [{ token: 2, class: 3 }] });
    expect(request(with_({ class: 3 }), { row: 4, col: 0 })).toMatchObject({ targets: [{ token: 4, class: null }] });
    expect(request(with_({ pinned: [4] }), null)).toMatchObject({ targets: [{ token: 4 }] });
    const asked = { target: { token: 2, class: 'x', direction: 'centred', rivals: [] } } as unknown as Example;
    expect(exampleTarget(asked, masked, []).pinned).toEqual([]);
    expect(exampleTarget(asked, run, []).pinned).toEqual([2]);
  });

  test('the flow graph of the pinned target, or of its output where there is no class; among the layers the same one', () => {
    const graph = (settings: Settings, other = run) =>
      wants({ settings, model: fakeModel, run: other, hovered: null, row: null, approved: [], probes: {} }).find(
        ({ slot }) => slot === 'flowGraph',
      );
    const inTab = graph(with_({ tab: 'graph', pinned: [2], class: 3 }));
    expect(inTab?.request).toMatchObject({ target: { token: 2, class: 3, direction: { kind: 'centred' } } });
    const shares = with_({ tab: 'layers', layersKind: 'shares', pinned: [2], class: 3 });
    expect(graph(shares)?.key).toBe(inTab?.key);
    expect(asked(shares).some(({ slot }) => slot === 'layers')).toBe(false);
    const output = graph(with_({ tab: 'graph', graphOf: 'output', pinned: [2] }))?.request;
    expect(output).toEqual({ target: { token: 2 }, gateRule: 'half' });
    const silent = { ...run, predictions: run.tokens.map(() => []) };
    expect(graph(with_({ tab: 'graph' }), silent)?.request).toEqual({ target: { token: 4 }, gateRule: 'half' });
    expect(graph(with_({ tab: 'row' }))).toBeUndefined();
  });

  test('tokens of the opened node, in the flow graph only and only of what adds something', () => {
    const component = (patch: Partial<Settings>) =>
      asked(with_({ tab: 'graph', ...patch })).find(({ slot }) => slot === 'component')?.request;
    expect(component({ graphNode: 'head 0.2.4' })).toEqual({ block: 0, part: 2, token: 4 });
    expect(component({ graphNode: 'attention 3.1' })).toEqual({ block: 3, part: 'attention', token: 1 });
    expect(component({ graphNode: 'ffn 1.0' })).toEqual({ block: 1, part: 'ffn', token: 0 });
    for (const graphNode of [null, 'stream 2.1', 'head 0.9.4', 'ffn 1.5']) {
      expect(component({ graphNode }), `${graphNode}`).toBeUndefined();
    }
    expect(component({ graphNode: 'ffn 1.0', tab: 'layers', layersKind: 'shares' })).toBeUndefined();
  });

  test('a node that this model or prompt has not is closed', () => {
    const fitted = (graphNode: string) => fitSettings(with_({ graphNode }), fakeModel, run).settings.graphNode;
    expect(fitted('head 3.3.4')).toBe('head 3.3.4');
    expect(fitted('head 4.0.0')).toBeNull();
    expect(fitted('stream 0.5')).toBeNull();
  });

  test('the pair waits for the row and takes its strongest visible source', () => {
    const settings = with_({ tab: 'pair' });
    expect(asked(settings).some(({ slot }) => slot === 'pair')).toBe(false);
    const row = { contributions: Float32Array.of(9, 1, -3, 2, 0) } as unknown as RowResult;
    expect(pairSource({ settings, model: fakeModel, run, row })).toBe(2);
    expect(pairSource({ settings: with_({ hideFirst: false }), model: fakeModel, run, row })).toBe(0);
    expect(pairSource({ settings: with_({ source: 3 }), model: fakeModel, run, row })).toBe(3);
  });

  test('singular values are never asked for by themselves, in a panel or in a difference', () => {
    expect(asked(with_({ map: 'spectral', panels: ['tensor', 'nuclear'] })).map(({ slot }) => slot)).toEqual([
      'row',
      'plan',
      'logits',
    ]);
    expect(mapSlots(with_({ panels: ['difference'], difference: ['nuclear', 'flow'] }), fakeModel)).toEqual([
      ['left', 'nuclear'],
      ['right', 'flow'],
    ]);
  });

  test('the norm map is estimated unasked where that is cheap, else it waits; what is refined comes last', () => {
    const settings = with_({ map: 'norm', panels: ['tensor', 'rollout'] });
    const ask = (model: ModelInfo, probes: Readonly<Record<string, number>> = {}) =>
      wants({ settings, model, run, hovered: null, row: null, approved: [], probes });
    const slots = (list: ReturnType<typeof ask>) => list.map(({ slot }) => slot);
    const first = ask(fakeModel);
    expect(slots(first)).toEqual(['row', 'tensor', 'rollout', 'logits']);
    const norm = first.find(({ slot }) => slot === 'tensor')!;
    expect(norm.request).toMatchObject({ map: 'norm', probes: Math.min(16, fakeModel.dModel) });

    const large = { ...fakeModel, parameters: 7e9 };
    expect(slots(ask(large))).toEqual(['row', 'plan', 'rollout', 'logits']);
    const refined = ask(large, { [questionOf(norm.key)]: 20 });
    expect(slots(refined)).toEqual(['row', 'rollout', 'logits', 'tensor']);
    expect(refined.at(-1)!.request).toMatchObject({ probes: 20 });
  });

  test('the first token is hidden on decoders only, and never all of them', () => {
    expect([...hiddenSources(with_({}), fakeModel, run)]).toEqual([0]);
    expect(hiddenSources(with_({}), { ...fakeModel, causal: false }, run).size).toBe(0);
    const single = { ...run, tokens: run.tokens.slice(0, 1) };
    expect(hiddenSources(with_({ hideSpecial: true }), fakeModel, single).size).toBe(0);
  });
});

describe('settings against what is there', () => {
  const fitted = (patch: Partial<Settings>, model: ModelInfo = fakeModel) => fitSettings(with_(patch), model, run);

  test('what fits is left alone without a word', () => {
    const settings = with_({ pinned: [4], range: [1, 3], attentionLayer: 3, attentionHead: 3, class: 16 });
    expect(fitSettings(settings, fakeModel, run)).toEqual({ settings, notes: [] });
  });

  test('what cannot be is replaced, and each replacement told', () => {
    const { settings, notes } = fitted({
      pinned: [9],
      range: [0, 9],
      attentionLayer: 4,
      attentionHead: 4,
      rivals: [99],
      revision: 'old',
    });
    expect(settings).toMatchObject({
      pinned: [],
      range: null,
      attentionLayer: null,
      attentionHead: null,
      rivals: [],
      revision: null,
    });
    expect(notes).toHaveLength(6);
  });

  test('classes of a classifier are counted as such', () => {
    const classifier = { ...fakeModel, classes: 3, readToken: 0 };
    expect(fitted({ class: 2 }, classifier).notes).toEqual([]);
    const { settings, notes } = fitted({ class: 3, rivals: [1, 5] }, classifier);
    expect(settings).toMatchObject({ class: null, rivals: [1] });
    expect(notes).toEqual(['The model knows 3 classes, so one outside them was left out of the target.']);
  });

  test('the whole range is the default range', () => {
    expect(fitted({ range: [0, 4] }).settings.range).toBeNull();
  });
});

describe('the target in words', () => {
  const named = () => ({ run: { summary: run, prompt: '', model: '', origin: 'live' as const }, slots: {} });

  test('names token, direction and blocks', () => {
    const state = { settings: with_({ pinned: [2], range: [0, 2] }), model: fakeModel, hovered: null, ...named() };
    const top = run.predictions[2]![0]!.piece;
    expect(targetWords(state)).toBe(`river (2) → logit ${top} − mean logit · blocks 0–1`);
  });

  test('of a model without a head the output vectors are explained', () => {
    const model = { ...fakeModel, classes: 0 };
    const words = (pinned: number[]) =>
      targetWords({ settings: with_({ pinned }), model, hovered: null, ...named() }).split(' · ')[0];
    expect(words([2])).toBe('river (2) → its output vector');
    expect(words([1, 2])).toBe('the (1) + river (2) → their output vectors');
  });

  test('a contrast without rivals names the runner-up, many rivals are counted', () => {
    const [first, second] = run.predictions[4]!;
    expect(directionWords(with_({ direction: 'contrast' }), run, named())).toBe(
      `logit ${first!.piece} − logit ${second!.piece}`,
    );
    expect(directionWords(with_({ direction: 'contrast', rivals: [2, 3, 4, 5] }), run, named())).toContain(
      'mean logit of 4 rivals',
    );
  });

  test('a hovered token is called a preview only while nothing is pinned', () => {
    const hovered = { row: 1, col: 1 };
    expect(isPreview({ settings: with_({}), hovered, run: named().run })).toBe(true);
    expect(isPreview({ settings: with_({ pinned: [4] }), hovered, run: named().run })).toBe(false);
  });

  test('ranges say whether the final norm belongs to them', () => {
    expect(rangeWords([0, 4], fakeModel)).toBe('all 4 blocks');
    expect(rangeWords([3, 4], fakeModel)).toBe('block 3 and the final norm');
    expect(rangeWords([1, 3], fakeModel)).toBe('blocks 1–2');
  });
});

describe('other methods and operators', () => {
  const of = (settings: Settings, model: ModelInfo = fakeModel, approved: readonly string[] = []) =>
    wants({ settings, model, run, hovered: null, row: null, approved, probes: {} })
      .filter(({ slot }) => !['tensor', 'rollout', 'flow', 'attention', 'logits'].includes(slot))
      .map(({ slot, request }) => [slot, request] as const);

  test('the method’s row stands beside T’s, which pairs and pictures go by', () => {
    expect(of(with_({}))).toHaveLength(1);
    const [row, method] = of(with_({ method: 'saliency', class: 3, gateRule: 'up' }));
    expect(row![0]).toBe('row');
    const target = { token: 4, class: 3, direction: { kind: 'centred' } };
    expect(method).toEqual(['attribution', { target, method: 'saliency', gateRule: 'up' }]);
    expect(of(with_({ method: 'decompx', biases: 'norm' }))[1]).toMatchObject(['sharedRow', { biases: 'norm' }]);
    expect(of(with_({ method: 'saliency', tab: 'layers' })).map(([slot]) => slot)).toEqual(['row', 'layers']);
  });

  test('what goes through the model many times has a price first', () => {
    for (const method of ['integrated_gradients', 'ablation'] as const) {
      const settings = with_({ method });
      expect(of(settings)[1]![0]).toBe('methodPlan');
      const key = requestKey('attribute', attributeRequest(method, settings, run));
      expect(of(settings, fakeModel, [key])[1]![0]).toBe('attribution');
      expect(of({ ...settings, class: 5 }, fakeModel, [key])[1]![0]).toBe('methodPlan');
    }
  });

  test('T is asked for as before, another operator by its name', () => {
    for (const tab of ['slice', 'layers'] as const) {
      expect(of(with_({ tab }))[1]![1]).not.toHaveProperty('operator');
      expect(of(with_({ tab, operator: 'attnlrp' }))[1]![1]).toHaveProperty('operator', 'attnlrp');
    }
    expect(of(with_({ tab: 'pair', source: 1, operator: 'jacobian' }))[1]![1]).toHaveProperty('operator', 'jacobian');
    expect(of(with_({ tab: 'layers', operator: 'attnlrp' }))[1]![1]).not.toHaveProperty('range');
  });

  test('T beside J: both rows of one question, and the changes where they are cheap or wanted', () => {
    const settings = with_({ tab: 'jacobian', pinned: [2], range: [1, 3] });
    expect(of(settings).map(([slot]) => slot)).toEqual(['row', 'beside', 'tensorRow', 'jacobianRow', 'remainder']);
    const [, beside, tensor, jacobian] = of(settings);
    expect(beside![1]).toEqual({ token: 2, range: [1, 3], gateRule: 'half' });
    expect(jacobian![1]).toEqual({ ...(tensor![1] as object), operator: 'jacobian' });
    const large = { ...fakeModel, parameters: 1e9 };
    expect(of(settings, large).at(-1)![0]).toBe('remainderPlan');
    const key = requestKey('remainder', remainderRequest(settings, run));
    expect(of(settings, large, [key]).at(-1)![0]).toBe('remainder');
  });

  test('a classifier’s other tokens have norms, and no row to hold beside each other', () => {
    const classifier = {
      ...run,
      predictions: run.predictions.map((list, at) => (at === 0 ? list : [])),
      answerToken: 0,
    };
    const settings = with_({ tab: 'jacobian', pinned: [2] });
    const list = wants({
      settings,
      model: fakeModel,
      run: classifier,
      hovered: null,
      row: null,
      approved: [],
      probes: {},
    });
    expect(list.map(({ slot }) => slot).filter((slot) => /beside|Row|remainder/.test(slot))).toEqual(['beside']);
  });
});
