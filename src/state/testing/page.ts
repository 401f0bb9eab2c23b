// The controller over the fake engine, as tests use it: two embedded models with their examples, links written to a list.

import type { StoredSession } from '../../engine/stored';
import { createController, type Surroundings } from '../controller';
import type { Example } from '../examples';
import { isBusy } from '../selectors';
import { createAppStore } from '../store';
import { createFakeEngine, type FakeOptions } from './fakeEngine';

export const examples: readonly Example[] = [
  {
    id: 'ioi',
    title: 'Who gets the drink',
    prompt: 'mary and john went to the shop , john gave a drink to',
    target: { token: 13, class: 'mary', direction: 'contrast', rivals: ['john'] },
    look: 'mary',
    why: 'because',
  },
  {
    id: 'fact',
    title: 'A river',
    prompt: 'the river of paris',
    target: { token: 4, class: 'x', direction: 'centred', rivals: [] },
    look: '',
    why: '',
  },
];

export const masked: Example = {
  id: 'masked',
  title: 'A gap',
  prompt: 'the river of [MASK]',
  target: { token: 4, class: 'x', direction: 'logit', rivals: [] },
  look: '',
  why: '',
};

export function page(
  options: FakeOptions = {},
  stored: StoredSession | null = null,
  around: Partial<Surroundings> = {},
) {
  const engine = createFakeEngine(options);
  const store = createAppStore();
  const links: string[] = [];
  const controller = createController(store, {
    createEngine: () => engine,
    loadExamples: async (model) => {
      if (/[/:]/.test(model)) return [];
      return model === 'tiny-world-encoder' ? [masked] : examples;
    },
    loadStored: async () => stored,
    writeLink: (fragment, mode) => links.push(`${mode} ${fragment}`),
    ...around,
  });
  const settled = () => until(() => !isBusy(store.getState()));
  return { engine, store, controller, links, settled, state: () => store.getState() };
}

export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 2));
  }
  throw new Error('waited in vain');
}
