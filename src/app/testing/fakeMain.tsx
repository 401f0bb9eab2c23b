// The page over the fake engine, for designing without a model: `npm run dev`, then /src/app/testing/fake.html?slow&gated&broken.
// Never part of the production bundle (nothing but tests may import `testing/`).

import { createRoot } from 'react-dom/client';
import { createFakeEngine } from '../../state/testing/fakeEngine';
import { UserError } from '../../tensor/errors';
import { App } from '../App';
import { mountPage } from '../page';

const ask = new URLSearchParams(location.search);
const gone =
  'No WebGPU adapter was found. Use a current Chrome, Edge or Safari with hardware acceleration switched on.';
const engine = createFakeEngine({
  model: {
    gated: ask.has('gated'),
    device: ask.has('nogpu')
      ? { kind: 'reference', name: 'float64 reference (CPU)', maxBindingBytes: null, fallback: gone }
      : { kind: 'webgpu', name: 'Fake GPU', maxBindingBytes: 1 << 30, fallback: null },
  },
  delay: (name) => (ask.has('slow') && name.startsWith('map') ? 60_000 : 5),
  fail: (name) =>
    ask.has('broken') && name === 'map flow'
      ? new UserError(
          'over-budget',
          'Attention flow of this prompt needs 3 GB and this device has 1 GB: shorten the prompt or choose fewer blocks.',
        )
      : null,
});

const root = createRoot(document.getElementById('root')!);
mountPage(
  () => engine,
  (page) => root.render(<App page={page} />),
  {
    loadExamples: async () =>
      ['mary and john went to the shop , john gave a drink to', 'the river of paris'].map((prompt, at) => ({
        id: `fake-${at}`,
        title: at === 0 ? 'Who gets the drink?' : 'A fact',
        prompt,
        target: {
          token: prompt.split(' ').length,
          class: 'mary',
          direction: at === 0 ? 'contrast' : 'centred',
          rivals: at === 0 ? ['john'] : [],
        },
        look: 'The name that stands once.',
        why: 'The giver is named twice, so the other one must receive: the name that stands once wins.',
      })),
    loadStored: async () => null,
  },
);
Object.assign(globalThis, { fakeEngine: engine });
