import { describe, expect, test } from 'vitest';
import { isStale } from './selectors';
import type { State } from './store';
import { page } from './testing/page';

describe('an estimated map', () => {
  const question = 'map {"gateRule":"half","map":"norm","range":[0,4]}';
  const shown = (state: State) => state.slots.tensor?.value?.estimate?.probes ?? null;

  test('is refined step by step, in place, until it is exact', async () => {
    const { controller, engine, state, settled, store } = page({ model: { dModel: 100 } });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    expect(shown(state())).toBe(16);
    const counts: (number | null)[] = [];
    store.subscribe((now) => {
      if (counts.at(-1) !== shown(now)) counts.push(shown(now));
      expect(now.slots.tensor!.value).not.toBeNull();
      expect(isStale(now.slots.tensor!)).toBe(false);
    });
    controller.refine(question);
    await settled();
    expect(counts).toEqual([16, 32, 64, null]); // null: no estimate any more
    expect(state().slots.tensor?.key).toContain('"probes":100');
    expect(engine.log.filter((line) => line === 'map norm')).toHaveLength(4);
    expect(state().refining).toBeNull();
  });

  test.each(['stopRefining', 'cancel'] as const)('%s keeps the last picture as the answer', async (how) => {
    let hold = false;
    const never = new Promise<void>(() => {});
    const { controller, state, settled } = page({
      model: { dModel: 100 },
      delay: (name) => (hold && name === 'map norm' ? never : 0),
    });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    const picture = state().slots.tensor!.value;
    hold = true;
    controller.refine(question);
    expect(state().slots.tensor).toMatchObject({ status: 'loading', value: picture });
    controller[how]();
    await settled();
    expect(state().slots.tensor).toMatchObject({ status: 'ready', value: picture });
    expect(state().refining).toBeNull();
  });

  test('another range is another estimate, and ends the refinement', async () => {
    const { controller, state, settled } = page({
      model: { dModel: 100 },
      delay: (name) => (name === 'map norm' ? 20 : 0),
    });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    controller.refine(question);
    controller.change({ range: [0, 2] });
    await settled();
    expect(shown(state())).toBe(16);
    expect(state().slots.tensor?.key).toContain('[0,2]');
    expect(state().refining).toBeNull();
  });

  test('another prompt begins anew', async () => {
    const { controller, state, settled } = page({ model: { dModel: 100 } });
    await controller.start('#prompt=the+river&map=norm&panels=tensor');
    await settled();
    controller.probe(question, 100);
    await settled();
    expect(shown(state())).toBeNull();
    await controller.run('of spain');
    await settled();
    expect(shown(state())).toBe(16);
  });
});
