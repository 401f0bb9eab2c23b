// Damaged copies of real files: every one of them ends in a UserError or in a model whose arrays have the sizes that its program names. None takes
// long, and none makes an array larger than a few times the files. Seeded: a failure names its case, which can be run again alone.

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { weightShape, weightsOf } from '../program/program';
import { UserError } from '../tensor/errors';
import { seededRandom } from '../tensor/random';
import { sizeOf } from '../tensor/shape';
import type { ModelFiles, PartedFile } from './files';
import { ggufFiles } from './ggufFiles';
import { type LoadedModel, loadModel } from './load';
import { localFiles } from './local';
import { readSafetensors, type TensorToWrite, writeSafetensors } from './safetensors';
import { memoryFiles } from './testing/memoryFiles';

type Random = (limit: number) => number;
type Files = Record<string, Uint8Array>;

// ---- what is allocated -------------------------------------------------------------------------------------------------------

/** Bytes of the largest array that anything made since `largest` was set to 0. */
let largest = 0;
const watched = {
  Float32Array,
  Float64Array,
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  ArrayBuffer,
};

beforeEach(() => {
  for (const [name, type] of Object.entries(watched)) {
    const size = 'BYTES_PER_ELEMENT' in type ? type.BYTES_PER_ELEMENT : 1;
    vi.stubGlobal(
      name,
      new Proxy(type, {
        construct(target, args: unknown[], self) {
          if (typeof args[0] === 'number') largest = Math.max(largest, size * args[0]);
          return Reflect.construct(target, args, self) as object;
        },
      }),
    );
  }
});
afterEach(() => vi.unstubAllGlobals());

// ---- damage ------------------------------------------------------------------------------------------------------------------

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const pick = <T>(list: readonly T[], below: Random): T => list[below(list.length)]!;

/** Bytes within the first `header`: set, moved, a number made extreme, or the file cut short. */
function damageBytes(bytes: Uint8Array, header: number, below: Random): Uint8Array {
  let copy = bytes.slice();
  for (let change = 0; change <= below(3); change++) {
    const at = below(Math.min(header, copy.length) || 1);
    const kind = below(8);
    if (kind === 0) copy = copy.slice(0, below(4) === 0 ? below(copy.length + 1) : at);
    else if (kind === 1) copy.copyWithin(at, below(header), Math.min(copy.length, below(header) + 32));
    else if (kind === 2) copy.fill(pick([0, 255, 127, 128, 32], below), at, at + pick([1, 4, 8], below));
    else if (kind === 3) copy[at] = copy[at]! ^ (1 << below(8));
    else if (kind === 4) copy[at] = pick([...encode('0123456789[]{},:"-.eE')], below);
    else copy[at] = below(256);
  }
  return copy;
}

// biome-ignore format: a list
const extremes = [0, -1, 1, 2, 3, 7, 0.5, 1e-300, 65_537, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 1e308, null, true, '', 'x', '__proto__', 'F32', 'BF16', 'I64', [], [0], [[]], {}, { a: 1 }];

/** A value somewhere in a JSON text: replaced, doubled, removed, or given another name; or the text damaged as bytes. */
function damageJson(bytes: Uint8Array, below: Random): Uint8Array {
  if (below(4) === 0) return damageBytes(bytes, bytes.length, below);
  const json = JSON.parse(decode(bytes)) as Record<string, unknown>;
  for (let change = 0; change <= below(3); change++) {
    let place = json as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(place);
      if (keys.length === 0) break;
      const key = pick(keys, below);
      const inner = place[key];
      if (typeof inner === 'object' && inner !== null && below(4) > 0) {
        place = inner as Record<string, unknown>;
        continue;
      }
      const kind = below(5);
      if (kind === 0) delete place[key];
      else if (kind === 1 && typeof inner === 'number') place[key] = inner * pick([2, 10, 1e6, -1], below) + below(2);
      else if (kind === 2) place[pick(keys, below)] = inner;
      else if (kind === 3) place[`${key}x`] = inner;
      else place[key] = pick(extremes, below);
      break;
    }
  }
  return encode(JSON.stringify(json));
}

const headerOf = (bytes: Uint8Array) => Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));

/** The header as bytes, or as JSON with a length that fits. */
function damageSafetensors(bytes: Uint8Array, below: Random): Uint8Array {
  const length = headerOf(bytes);
  if (below(2) === 0) return damageBytes(bytes, 8 + length, below);
  const header = damageJson(bytes.slice(8, 8 + length), below);
  const copy = new Uint8Array(8 + header.length + bytes.length - 8 - length);
  new DataView(copy.buffer).setBigUint64(0, BigInt(header.length), true);
  copy.set(header, 8);
  copy.set(bytes.subarray(8 + length), 8 + header.length);
  return copy;
}

// ---- the real files ----------------------------------------------------------------------------------------------------------

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const folders = ['gpt2', 'llama', 'gpt_neox', 'opt', 'phi3', 'gemma', 'qwen2', 'bert', 'roberta', 'vit'];
const models = folders.map((name): Files => {
  const folder = `fixtures/tiny/${name}`;
  return { 'config.json': read(`${folder}/config.json`), 'model.safetensors': read(`${folder}/model.safetensors`) };
});
const indexFile = 'model.safetensors.index.json';

/** The same model in two shards and their index. */
function inShards(files: Files): Files {
  const { tensors } = readSafetensors(files['model.safetensors']!);
  const names = [...tensors.keys()];
  const shard = (part: number) =>
    writeSafetensors(
      new Map(
        names.flatMap((name, at): [string, TensorToWrite][] => {
          const { shape, bytes } = tensors.get(name)!;
          return at % 2 === part ? [[name, { shape, data: new Float32Array(bytes.slice().buffer) }]] : [];
        }),
      ),
    );
  const map = Object.fromEntries(names.map((name, at) => [name, `model-${at % 2}.safetensors`]));
  return {
    'config.json': files['config.json']!,
    [indexFile]: encode(JSON.stringify({ metadata: { total_size: 1 }, weight_map: map })),
    'model-0.safetensors': shard(0),
    'model-1.safetensors': shard(1),
  };
}

const ggufs = ['llama-f32', 'small-f16', 'small-q4_0', 'small-q5_1', 'small-q8_0', 'qwen2-q8_0'].map((name) => ({
  bytes: read(`fixtures/gguf/${name}.gguf`),
}));
/** Where the data begins, roughly: behind the last tensor's entry. */
const ggufHeader = (bytes: Uint8Array) => Buffer.from(bytes).lastIndexOf('.weight') + 60;

// ---- the cases ---------------------------------------------------------------------------------------------------------------

interface Case {
  readonly files: ModelFiles;
  readonly size: number;
}

/** As the page's files, read in parts, or as files that come whole. */
function filesOf(files: Files, below: Random): Case {
  const size = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  if (below(2) === 0) return { files: memoryFiles(files), size };
  const chosen = Object.entries(files).map(([path, bytes]) => ({ path, blob: new Blob([bytes as BlobPart]) }));
  return { files: localFiles('chosen', chosen), size };
}

function ggufCase(bytes: Uint8Array): Case {
  const file: PartedFile = {
    name: 'model.gguf',
    size: bytes.length,
    read: async (from, to) => {
      if (from < 0 || to > bytes.length || from > to) throw new Error(`read beyond the file: ${from} to ${to}`);
      return bytes.slice(from, to);
    },
  };
  return { files: ggufFiles(file.name, async () => file), size: bytes.length };
}

const kinds: Readonly<Record<string, { readonly cases: number; readonly make: (below: Random) => Case }>> = {
  safetensors: {
    cases: 800,
    make(below) {
      const model = pick(models, below);
      return filesOf({ ...model, 'model.safetensors': damageSafetensors(model['model.safetensors']!, below) }, below);
    },
  },
  configurations: {
    cases: 800,
    make(below) {
      const model = pick(models, below);
      return filesOf({ ...model, 'config.json': damageJson(model['config.json']!, below) }, below);
    },
  },
  indices: {
    cases: 400,
    make(below) {
      const model = inShards(pick(models, below));
      return filesOf({ ...model, [indexFile]: damageJson(model[indexFile]!, below) }, below);
    },
  },
  GGUFs: {
    cases: 800,
    make(below) {
      const { bytes } = pick(ggufs, below);
      return ggufCase(damageBytes(bytes, ggufHeader(bytes), below));
    },
  },
};

async function expectWhole({ program, weights }: LoadedModel, name: string): Promise<void> {
  for (const ref of weightsOf(program)) {
    expect((await weights.take(ref.name)).length, `${name}: ${ref.name}`).toBe(sizeOf(weightShape(ref)));
  }
}

test.each(Object.keys(kinds))('damaged %s end in a named error or a whole model', async (kind) => {
  const { cases, make } = kinds[kind]!;
  let [refused, slowest, worst] = [0, 0, 0];
  for (let seed = 0; seed < cases; seed++) {
    const name = `${kind} ${seed}`;
    const random = seededRandom(7919 * seed + kind.length);
    const { files, size } = make((limit) => Math.floor(random() * limit));
    largest = 0;
    const started = performance.now();
    try {
      const model = await loadModel(files);
      await model.tokenizer();
      await expectWhole(model, name);
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`${name} ended in no UserError`, { cause: error });
      expect(error.message, name).toMatch(/^[^\n]{10,1500}[.!]$/);
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - started);
    worst = Math.max(worst, largest / (size + 1_000_000));
  }
  console.log(
    `${kind}: ${cases} cases, ${refused} refused, slowest ${slowest.toFixed(0)} ms, largest ${worst.toFixed(2)}`,
  );
  // Neither all nor none: damage that nothing notices, or that hits the same check every time, would test little.
  expect(refused).toBeGreaterThan(cases / 4);
  expect(refused).toBeLessThan(cases);
  expect(slowest).toBeLessThan(5000);
  // Q4_0 takes 7 times its bytes as float32, but no single tensor is the whole file.
  expect(worst).toBeLessThan(2);
});

test('absurd sizes in a configuration allocate nothing', async () => {
  const model = models[1]!;
  for (const entries of [
    { hidden_size: 65_536, intermediate_size: 524_288, num_hidden_layers: 1024, vocab_size: 4_000_000 },
    { vocab_size: 4_000_000 },
    { max_position_embeddings: 16_777_216 },
    { num_hidden_layers: 1024 },
    { num_hidden_layers: 1e9 },
  ]) {
    const config = { ...(JSON.parse(decode(model['config.json']!)) as object), ...entries };
    largest = 0;
    const loading = loadModel(memoryFiles({ ...model, 'config.json': encode(JSON.stringify(config)) }));
    await loading.catch((error: unknown) => expect(error).toBeInstanceOf(UserError));
    expect(largest, JSON.stringify(entries)).toBeLessThan(200_000);
  }
});
