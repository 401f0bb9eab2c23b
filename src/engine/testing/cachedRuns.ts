// Going on token by token beside a whole run, for every decoder of the fixtures. Shared by the tests on the float64 reference and on the GPU.

import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { folderFiles } from '../../models/folder';
import { loadModel } from '../../models/load';
import type { Backend } from '../../program/backend';
import { relativeError } from '../../tensor/compare';
import { createSession, type Session } from '../session';

export const fixtures = 'fixtures/tiny';

/** Models that go on with a text. */
export const decoders: readonly string[] = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => {
    const config = JSON.parse(readFileSync(`${fixtures}/${name}/config.json`, 'utf8')) as { architectures?: string[] };
    return config.architectures?.some((each) => /CausalLM|LMHeadModel/.test(each)) ?? false;
  });

/** y of every token, from a whole run. */
export function outputs(session: Session, ids: readonly number[]): Promise<Float32Array | Float64Array> {
  return session.apart(
    ids,
    () => {},
    (run) => session.backend.read(run.trace.output.data),
  );
}

/** Expects y after the last of six steps of one and more tokens to be a whole run's, and nothing to be left over. */
export async function expectGoesOn(name: string, backend: Backend, tolerance: number): Promise<void> {
  const { program, weights } = await loadModel(folderFiles(`${fixtures}/${name}`));
  const session = await createSession(program, weights, backend);
  const length = Math.min(12, program.contextLength);
  const ids = Array.from({ length }, (_, at) => (7 * at + 3) % program.vocab);
  const whole = await outputs(session, ids);
  const before = backend.memory().live;
  const run = await session.cached();
  let at = 0;
  for (const size of [length - 6, 1, 1, 2, 1, 1]) {
    const y = await run.append(ids.slice(at, at + size), () => {});
    at += size;
    expect(run.tokens).toBe(at);
    const found = await backend.read(y.data);
    backend.free(y.data);
    const expected = whole.slice((at - 1) * program.dModel, at * program.dModel);
    expect(found).toHaveLength(program.dModel);
    expect(relativeError(found, expected), `${name} after ${at} tokens`).toBeLessThanOrEqual(tolerance);
  }
  run.dispose();
  expect(backend.memory().live).toBe(before);
  session.dispose();
}
