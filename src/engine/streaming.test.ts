// Weights that are read when they are used: how often, what is refused, and what is left when reading ends early. The numbers are in
// streaming.gpu.test.ts.

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { folderFiles } from '../models/folder';
import { loadModel } from '../models/load';
import { localFiles } from '../models/local';
import type { Path } from '../program/path';
import { pull, push } from '../program/readings';
import { weightNeeds } from '../program/weightNeeds';
import type { WeightReader } from '../program/weightReader';
import { UserError } from '../tensor/errors';
import { createReferenceBackend } from './backends/reference';
import { openBackend } from './devices';
import { Engine } from './engine';
import { memoryShares } from './memoryShares';
import { createSession } from './session';
import { allQuestions } from './testing/questions';

const tinyWorld = 'public/models/tiny-world';
const ids = [5, 30, 60];

/** tiny-world with a third of its size, on the float64 reference; `taken`: what has been read since it was last emptied. */
async function streamed(path = tinyWorld, change: (reader: WeightReader) => WeightReader = (reader) => reader) {
  const { program, weights } = await loadModel(folderFiles(path));
  const backend = createReferenceBackend();
  const needs = weightNeeds(program, backend);
  const budget = Math.floor(needs.total / 3);
  const taken: string[] = [];
  const counting: WeightReader = {
    ...weights,
    take(name) {
      taken.push(name);
      return weights.take(name);
    },
  };
  const session = await createSession(program, change(counting), backend, { memoryBudget: budget });
  return { program, backend, needs, budget, taken, session };
}

test('a pass reads what does not stay, once, forwards and backwards', async () => {
  const { program, backend, needs, budget, taken, session } = await streamed();
  expect(new Set(taken).size).toBe(taken.length); // opening reads every weight once
  const run = await session.run(ids, () => {});
  const shares = await memoryShares(program, backend, budget, ids.length);
  const { path, frozenOf } = run.frozenPath([0, program.blocks], 'none');
  const start = run.trace.hidden[0]!;
  const end = run.trace.hidden[program.blocks]!;
  const { size } = sizesOf(program);
  const bytesIn = path.ops.flatMap(namesOf).reduce((sum, name) => sum + size(name), 0);
  const stays = shares.weights - needs.pinned;
  for (const direction of ['forwards', 'forwards', 'backwards', 'backwards', 'forwards']) {
    taken.length = 0;
    const uploads = session.streaming!.state().uploads;
    const reading =
      direction === 'forwards'
        ? push(session.context('half'), path, frozenOf, start, true, () => {})
        : pull(session.context('half'), path, frozenOf, end, () => {});
    backend.free((await reading).data);
    expect(new Set(taken).size).toBe(taken.length);
    expect(session.streaming!.state().uploads - uploads).toBe(taken.length);
    // No policy can read less than what does not fit; this one wastes at most the room that the largest op needs on the way.
    const read = taken.reduce((sum, name) => sum + size(name), 0);
    expect(read).toBeGreaterThanOrEqual(bytesIn - stays);
    expect(read).toBeLessThanOrEqual(bytesIn - stays + 2 * needs.largestOp);
    expect(read).toBeLessThan(bytesIn);
  }
  session.dispose();
  expect(backend.memory().live).toBe(0);

  function sizesOf({ ops }: typeof program) {
    const bytes = new Map(
      ops.flatMap(refsOf).map((ref) => [ref.name, ref.inputs * ref.outputs * backend.bytesPerWeight]),
    );
    return { size: (name: string) => bytes.get(name)! };
  }
});

type Ops = Path['ops'];
const refsOf = (op: { readonly kind: string } | Ops[number]) =>
  Object.values(op).filter(
    (value): value is { name: string; inputs: number; outputs: number } =>
      value !== null && typeof value === 'object' && 'inputs' in value,
  );
const namesOf = (op: Ops[number]) => refsOf(op).map(({ name }) => name);

test('the weights of the next op are asked for while an op is encoded', async () => {
  const { program, taken, session } = await streamed();
  const run = await session.run(ids, () => {});
  const { path, frozenOf } = run.frozenPath([0, program.blocks], 'none');
  taken.length = 0;
  const seen: number[] = [];
  const done = await push(session.context('half'), path, frozenOf, run.trace.hidden[0]!, false, () => {
    seen.push(taken.length);
  });
  session.backend.free(done.data);
  expect(seen[0]).toBeGreaterThan(0); // the first ops' weights have stayed: what is read is for those after them
  session.dispose();
});

test('passes at the same time do not take away each other’s weights', async () => {
  const { program, backend, session } = await streamed();
  const run = await session.run(ids, () => {});
  const { path, frozenOf } = run.frozenPath([0, program.blocks], 'none');
  const [start, end] = [run.trace.hidden[0]!, run.trace.hidden[program.blocks]!];
  const forwards = () => push(session.context('half'), path, frozenOf, start, true, () => {});
  const backwards = () => pull(session.context('half'), path, frozenOf, end, () => {});
  const alone = [await forwards(), await backwards(), await forwards()];
  const together = await Promise.all([forwards(), backwards(), forwards()]);
  for (const [at, { data }] of together.entries()) {
    expect(await backend.read(data)).toEqual(await backend.read(alone[at]!.data));
  }
  for (const { data } of [...alone, ...together]) backend.free(data);
  session.dispose();
  expect(backend.memory().live).toBe(0);
});

describe('what is too little is refused with the numbers', () => {
  test.each([0, -1, Number.NaN, 100_000])('%d bytes', async (memoryBudget) => {
    const { program, weights } = await loadModel(folderFiles(tinyWorld));
    const backend = createReferenceBackend();
    const opening = createSession(program, weights, backend, { memoryBudget });
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(
      /^The memory that is set, .*, is too little: this needs at least [\d.]+ kB \([\d.]+ kB for the largest layer's weights and what always stays, [\d.]+ kB for a run of 1 token\)\. Allow more memory, or choose a smaller model\.$/,
    );
    expect(backend.memory().live).toBe(0);
  });

  test('a prompt that is too long, and a shorter one works', async () => {
    const { backend, session } = await streamed();
    await expect(session.run(new Array(64).fill(7), () => {})).rejects.toThrow(
      /for a run of 64 tokens\)\. Allow more memory, or shorten the prompt: up to \d+ tokens fit\.$/,
    );
    await session.run(ids, () => {});
    session.dispose();
    expect(backend.memory().live).toBe(0);
  });
});

test.each([0, 3, 11])(
  'cancelled after %i ops: nothing is left but the weights, and the next run works',
  async (ops) => {
    const { backend, session } = await streamed();
    let seen = 0;
    const stop = () => {
      if (seen++ === ops) throw new UserError('cancelled', 'stopped');
    };
    await expect(session.run(ids, stop)).rejects.toThrow('stopped');
    expect(backend.memory().live).toBe(session.streaming!.state().bytes);
    await session.run(ids, () => {});
    session.dispose();
    expect(backend.memory().live).toBe(0);
  },
);

test('a session that ends in the middle of a read leaves nothing on the device', async () => {
  let open: () => void = () => {};
  const gate = { closed: false, opened: new Promise<void>((resolve) => (open = resolve)) };
  const { backend, session } = await streamed(tinyWorld, (reader) => ({
    ...reader,
    async take(name) {
      if (gate.closed) await gate.opened;
      return reader.take(name);
    },
  }));
  gate.closed = true;
  const running = session.run(ids, () => {});
  running.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  session.dispose();
  open();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(backend.memory().live).toBe(0);
});

test('a file that vanishes in the middle is a named error, and the session goes on when it is back', async () => {
  const file = { there: true };
  const { backend, session } = await streamed(tinyWorld, (reader) => ({
    ...reader,
    async take(name) {
      if (!file.there) throw new UserError('network', 'model.safetensors cannot be read.');
      return reader.take(name);
    },
  }));
  file.there = false;
  await expect(session.run(ids, () => {})).rejects.toMatchObject({ code: 'network' });
  expect(backend.memory().live).toBe(session.streaming!.state().bytes);
  file.there = true;
  await session.run(ids, () => {});
  session.dispose();
  expect(backend.memory().live).toBe(0);
});

test('chosen files that are moved away are told of, and the model goes on when they are back', async () => {
  const file = { there: true };
  const bytes = await readFile(`${tinyWorld}/model.safetensors`);
  const blob = {
    size: bytes.byteLength,
    slice: (from: number, to: number) => ({
      arrayBuffer: async () => {
        if (!file.there) throw new DOMException('gone', 'NotReadableError');
        return Uint8Array.from(bytes.subarray(from, to)).buffer;
      },
    }),
  } as unknown as Blob;
  const chosen = [
    { path: 'mine/config.json', blob: new Blob([await readFile(`${tinyWorld}/config.json`)]) },
    { path: 'mine/model.safetensors', blob },
  ];
  const engine = new Engine({
    files: () => localFiles('mine', chosen),
    device: (choice) => openBackend(choice, async () => undefined),
  });
  const model = { kind: 'local', name: 'mine', files: chosen } as const;
  const info = await engine.open({ model, device: 'reference', memoryBudget: 1.8e6 });
  expect(info.weights!.streamed!.bytes).toBeLessThan(1.8e6);
  expect(info.remarks!.join()).toMatch(/^mine takes more than the 1\.8 MB that are allowed/);
  const before = await engine.run({ ids });
  file.there = false;
  await expect(engine.run({ ids })).rejects.toMatchObject({
    code: 'network',
    message: expect.stringMatching(/^model\.safetensors cannot be read: it was changed, moved or deleted/),
  });
  file.there = true;
  expect((await engine.run({ ids })).predictions).toEqual(before.predictions);
  engine.dispose();
});

test('reading that ends early ends every question in a named error, and no byte is lost', async () => {
  const model = { kind: 'folder', path: tinyWorld } as const;
  const { info, lost } = await openBackend('reference', async () => undefined);
  const backend = createReferenceBackend();
  let reads = Number.POSITIVE_INFINITY;
  const files = folderFiles(tinyWorld);
  const engine = new Engine({
    // In parts, which fail when the file is gone.
    files: () => ({
      ...files,
      async open(name) {
        const bytes = await files.read(name, { maxBytes: 1e9 });
        const read = async (from: number, to: number) => {
          if (reads-- <= 0) throw new UserError('network', `${name} is gone.`);
          return bytes.subarray(from, to);
        };
        return { name, size: bytes.byteLength, read };
      },
    }),
    device: async () => ({ backend, info, lost, dispose() {} }),
  });
  await engine.open({ model, device: 'reference', memoryBudget: 1.8e6 });
  let failed = 0;
  for (const { name, ask } of allQuestions(4, 2)) {
    for (const after of [0, 1, 7]) {
      reads = Number.POSITIVE_INFINITY;
      await engine.run({ ids });
      reads = after;
      const result = await ask(engine).catch((error: unknown) => error);
      if (reads < 0) failed++;
      if (reads < 0) expect(result, name).toMatchObject({ name: 'UserError', code: 'network' });
      else expect(result, name).toBeInstanceOf(Array);
    }
  }
  expect(failed).toBeGreaterThan(20); // all but what attention alone answers
  engine.dispose();
  await new Promise((resolve) => setTimeout(resolve));
  expect(backend.memory().live).toBe(0);
}, 60_000);

test('weights that fit are read once', async () => {
  const { program, weights } = await loadModel(folderFiles(tinyWorld));
  const session = await createSession(program, weights, createReferenceBackend(), { memoryBudget: 1e9 });
  expect(session.streaming).toBeNull();
  weights.take = () => Promise.reject(new Error('read again'));
  await session.run(ids, () => {});
  session.dispose();
});
