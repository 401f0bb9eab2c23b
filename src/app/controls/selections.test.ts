import { expect, test } from 'vitest';
import { shallow } from 'zustand/shallow';
import type { State } from '../../state/store';
import { page, until } from '../../state/testing/page';
import { controlsSelection, rivalsSelection, targetSelection } from './selections';

const selections = { controlsSelection, targetSelection, rivalsSelection };

/** How often each part of the controls is drawn anew: when what it selects is another thing, one level deep, as in `useApp`. */
function counted(store: { getState(): State; subscribe(listener: (state: State) => void): void }) {
  const draws = { controlsSelection: 0, targetSelection: 0, rivalsSelection: 0, changes: 0 };
  const last = Object.entries(selections).map(([name, select]) => ({ name, select, value: select(store.getState()) }));
  store.subscribe((state) => {
    draws.changes++;
    for (const each of last) {
      const value = each.select(state);
      if (!shallow(value, each.value)) draws[each.name as keyof typeof selections]++;
      each.value = value;
    }
  });
  return draws;
}

test('The controls are not drawn anew when work reports how far it is, nor when maps arrive', async () => {
  const { controller, store, settled } = page();
  await controller.start('');
  await settled();
  const draws = counted(store);
  for (let share = 0; share < 20; share++) {
    store.setState({ progress: { name: 'attention flow', share: share / 20, plan: null } });
  }
  const { slots } = store.getState();
  const { flow } = slots;
  for (let share = 0; share < 20; share++) {
    const progress = { name: 'attention flow', share: share / 20, plan: null };
    store.setState({ slots: { ...slots, flow: { ...flow!, status: 'loading', progress } } });
  }
  expect(draws).toEqual({ controlsSelection: 0, targetSelection: 0, rivalsSelection: 0, changes: 40 });

  controller.change({ map: 'in' }); // one change of the settings, and what the maps and their slots then do
  await until(() => store.getState().slots.tensor?.status === 'ready');
  await settled();
  expect(draws.changes).toBeGreaterThan(42);
  expect(draws).toMatchObject({ controlsSelection: 1, targetSelection: 1, rivalsSelection: 0 });
});

test('They are when a word of theirs changes', async () => {
  const { controller, store, settled } = page();
  await controller.start('');
  await settled();
  const draws = counted(store);
  controller.pin(3, undefined, false);
  await settled();
  expect(draws.controlsSelection).toBeGreaterThanOrEqual(1);
  expect(controlsSelection(store.getState()).words).toContain('(3)');
});
