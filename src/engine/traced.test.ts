import { expect, test } from 'vitest';
import type { KernelUse, Profile } from '../gpu/profile';
import { createFakeEngine } from '../state/testing/fakeEngine';
import { UserError } from '../tensor/errors';
import type { Answered } from './protocol';
import { tracedEngine } from './traced';

const use = (name: string): KernelUse => ({ name, wgsl: '', constants: {}, dispatches: 1, seconds: null });

/** An engine whose every call counts as one dispatch of a kernel of its name. */
async function traced(options: Parameters<typeof createFakeEngine>[0] = {}) {
  const told: Answered[] = [];
  let dispatched: KernelUse[] = [];
  const engine = createFakeEngine({
    ...options,
    delay: (name) => {
      dispatched.push(use(name.split(' ')[0]!));
      return options.delay?.(name) ?? 0;
    },
  });
  const profile = {
    take: async () => dispatched.splice(0),
  } as unknown as Profile;
  const wrapped = tracedEngine(
    engine,
    () => profile,
    (answered) => told.push(answered),
  );
  await wrapped.open({ model: { kind: 'embedded', name: 'tiny-world' }, device: 'auto' });
  await wrapped.run({ text: 'the river' });
  return { told, wrapped, dispatch: (name: string) => dispatched.push(use(name)), reset: () => (dispatched = []) };
}

const scope = { range: [0, 4], gateRule: 'half' } as const;

test('Answers are the engine’s own; beside each stand its request, its plan, and its kernels alone', async () => {
  const { told, wrapped, dispatch } = await traced({ delay: (name) => (name.startsWith('map') ? 20 : 0) });
  dispatch('calibration'); // of no question
  const [map, row] = await Promise.all([
    wrapped.map({ map: 'in_out', ...scope }),
    wrapped.row({ targets: [{ token: 2, class: null, direction: { kind: 'centred' } }], ...scope }),
  ]);
  expect(map.matrix.rows.length).toBe(3);
  expect(row.contributions).toHaveLength(3);
  expect(told.map(({ call, kernels }) => [call, kernels?.map(({ name }) => name)])).toEqual([
    ['run', ['run']],
    ['map', ['map']],
    ['row', ['row']],
  ]);
  expect(told[1]).toMatchObject({ request: expect.stringContaining('"map":"in_out"'), plan: map.provenance.plan });
  expect(told[1]!.seconds).toBeGreaterThanOrEqual(0);
});

test('A question that fails or is cancelled tells nothing, and the next one is answered', async () => {
  const { told, wrapped } = await traced({
    fail: (name) => (name === 'map flow' ? new UserError('over-budget', 'too long') : null),
  });
  const abort = new AbortController();
  abort.abort();
  const [failed, cancelled, answered] = await Promise.allSettled([
    wrapped.map({ map: 'flow', range: [0, 4] }),
    wrapped.map({ map: 'in', ...scope }, { signal: abort.signal }),
    wrapped.map({ map: 'rollout', range: [0, 4] }),
  ]);
  expect([failed.status, cancelled.status, answered.status]).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(told.map(({ request }) => request).filter((request) => request.includes('map'))).toEqual([
    '{"map":"rollout","range":[0,4]}',
  ]);
});
