// What the model has written after the prompt as part of what is explained: in the settings, the request, the link; gone with the prompt.

import { expect, test } from 'vitest';
import type { PromptRequest } from '../engine/protocol';
import { page } from './testing/page';

function watched() {
  const opened = page();
  const requests: PromptRequest[] = [];
  const { run } = opened.engine;
  Object.assign(opened.engine, {
    run: (request: PromptRequest, options: object) => {
      requests.push(request);
      return run(request, options);
    },
  });
  return { ...opened, requests };
}

test('explaining a written token runs prompt and continuation once, and pins the position before it', async () => {
  const { controller, state, settled, requests, links } = watched();
  await controller.start('#v=1&prompt=the+river+of+paris&direction=contrast&against=3');
  await settled();
  await controller.explainWritten([7, 8], { pinned: [3], class: 7 });
  await settled();
  expect(requests.at(-1)).toEqual({ text: 'the river of paris', continuation: [7, 8] });
  // A contrast with the rival of another token means nothing.
  expect(state().settings).toMatchObject({
    continued: [7, 8],
    pinned: [3],
    class: 7,
    direction: 'centred',
    rivals: [],
  });
  expect(state().run?.continued).toEqual([7, 8]);
  expect(links.at(-1)).toContain('more=7,8');
  const runs = requests.length;
  await controller.explainWritten([7, 8], { pinned: [3], class: 8, direction: 'contrast', rivals: [9] });
  await settled();
  expect(requests).toHaveLength(runs);
  expect(state().settings).toMatchObject({ class: 8, direction: 'contrast', rivals: [9] });
  await controller.explainWritten([7], { pinned: [3], class: 7 });
  await settled();
  expect(requests).toHaveLength(runs + 1);
});

test('a link brings what was written; Run goes back to the prompt alone', async () => {
  const { controller, state, settled, requests } = watched();
  await controller.start('#v=1&prompt=the+river&more=7,7,8&pin=1');
  await settled();
  expect(requests.at(-1)).toEqual({ text: 'the river', continuation: [7, 7, 8] });
  expect(state().settings.pinned).toEqual([1]);
  await controller.run('the river');
  await settled();
  expect(requests.at(-1)).toEqual({ text: 'the river' });
  expect(state().settings).toMatchObject({ continued: [], pinned: [] });
});

test('another side of a comparison has no part in it', async () => {
  const { otherSettings } = await import('./comparison');
  const { defaultSettings } = await import('../share/settings');
  const settings = { ...defaultSettings, prompt: 'a', continued: [1], other: { prompt: 'b' } };
  expect(otherSettings(settings)).toMatchObject({ prompt: 'b', continued: [] });
  expect(otherSettings({ ...settings, other: {} }).continued).toEqual([1]);
});

test('the reader stays among the relations when another model is chosen', async () => {
  const { controller, state, settled } = watched();
  await controller.start('#v=1&room=relations&relation=%7B%22seed%22%3A4%7D');
  await settled();
  await controller.openModel('tiny-world-encoder');
  await settled();
  expect(state().settings).toMatchObject({ room: 'relations', model: 'tiny-world-encoder' });
  expect(state().settings.relation.seed).toBe(4);
});
