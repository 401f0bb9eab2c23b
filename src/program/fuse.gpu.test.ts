// Fused steps against the same readings op by op, on every golden model: the same numbers, in fewer dispatches, and no value lost that somebody wants.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSession, gateShares } from '../engine/session';
import { readGolden } from '../engine/testing/golden';
import { folderFiles } from '../models/folder';
import { loadModel } from '../models/load';
import { relativeError } from '../tensor/compare';
import { randomArray, seededRandom } from '../tensor/random';
import type { Signal } from './backend';
import { pullSteps, pushSteps, runSteps } from './fuse';
import type { GateShares } from './op';
import { linearPath, rangePath } from './path';
import type { Program } from './program';
import { pull, push } from './readings';
import { backendsUnderTest } from './testing/backends';
import { pullUnfused, pushUnfused } from './testing/unfused';

const families = readdirSync('fixtures/tiny', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const rules = Object.entries(gateShares) as [keyof typeof gateShares, GateShares][];
/** float64: the same operations on the same numbers, sums the other way round at most. float32: a product keeps more digits inside a call. */
const tolerances = { reference: 0, webgpu: 2e-6 };
const gpuFamilies = ['gpt2', 'llama', 'gemma2', 'bert', 'dinov2', 'gpt_neox', 'opt_post_norm', 'electra_square'];

describe.each(backendsUnderTest)('on the $kind backend', ({ kind, create }) => {
  it.each(kind === 'reference' ? families : gpuFamilies)(
    '%s: fused readings give the numbers of unfused ones',
    async (family) => {
      const { program, weights } = await loadModel(folderFiles(`fixtures/tiny/${family}`));
      const backend = await create();
      const session = await createSession(program, weights, backend);
      const golden = readGolden(family);
      const run = await session.run(golden.input.pixels ?? golden.ids, () => {});
      const { path, frozenOf } = run.frozenPath([0, program.blocks], program.logits === null ? 'output' : 'logits');
      const { tokens } = run.trace;
      const random = seededRandom(7);
      const signal = (firstToken: number, count: number, channels: number): Signal => {
        const shape = [count, 2, channels];
        const data = backend.upload(randomArray(count * 2 * channels, random), shape, 'random');
        return { firstToken, tokens: count, columns: 2, channels, data };
      };
      const close = async (fused: Signal, plain: Signal) => {
        const { data, ...window } = fused;
        expect(plain).toMatchObject(window);
        const error = relativeError(await backend.read(data), await backend.read(plain.data));
        expect(!(error <= tolerances[kind]), `relative error ${error}`).toBe(false);
      };
      for (const [rule] of rules.slice(0, program.gated ? rules.length : 1)) {
        const context = session.context(rule);
        const from = program.causal ? 1 : 0;
        const start = signal(from, tokens - from, program.dModel);
        for (const bias of [false, true]) {
          const fused = await push(context, path, frozenOf, start, bias, () => {});
          await close(fused, pushUnfused(context, path, frozenOf, start, bias));
        }
        const channels = program.logits === null ? program.dModel : program.classes;
        const at = program.reads && program.logits !== null ? 0 : tokens - 2;
        const cotangents = signal(at, 1, channels);
        const plain = pullUnfused(context, path, frozenOf, cotangents);
        await close(await pull(context, path, frozenOf, cotangents, () => {}), plain.get(path.from)!);

        // Whoever wants a cotangent on the way gets it, and the result stays the same.
        const seen = new Map<string, ArrayLike<number> | Promise<ArrayLike<number>>>();
        const taps = path.ops.map(({ output }) => {
          const look = ({ data }: Signal) => void seen.set(output, backend.read(data));
          return [output, look] as const;
        });
        await close(await pull(context, path, frozenOf, cotangents, () => {}, new Map(taps)), plain.get(path.from)!);
        const wanted = path.ops.filter(({ output }) => plain.has(output));
        expect(seen.size).toBe(wanted.length);
        for (const { output } of wanted) {
          const error = relativeError(await seen.get(output)!, await backend.read(plain.get(output)!.data));
          expect(!(error <= tolerances[kind]), `${output}: relative error ${error}`).toBe(false);
        }
      }
      session.dispose();
    },
  );
});

async function programOf(family: string): Promise<Program> {
  return (await loadModel(folderFiles(`fixtures/tiny/${family}`))).program;
}

describe('which ops go together', () => {
  const up = { up: 1, gate: 0 };
  const half = { up: 0.5, gate: 0.5 };
  const names = (steps: readonly { readonly ops: readonly { readonly output: string }[] }[]) =>
    steps.map(({ ops }) => ops.map(({ output }) => output.replace('blocks.0.', '')).join(' + '));

  it('GPT-2: residuals with the products before them, the activation with the product that it reads', async () => {
    const path = rangePath(await programOf('gpt2'), 0, 1, 'none');
    expect(names(pushSteps(path, up))).toEqual([
      'attention.norm',
      'attention.value',
      'attention.mix',
      'attention.output + attention.residual',
      'ffn.norm',
      'ffn.up + ffn.activation',
      'ffn.down + ffn.residual',
    ]);
    const pulled = pullSteps(path, up);
    expect(names(pulled)).toEqual([
      'ffn.residual',
      'ffn.down + ffn.activation',
      'ffn.up',
      'ffn.norm',
      'attention.residual',
      'attention.output',
      'attention.mix',
      'attention.value',
      'attention.norm',
    ]);
    expect(pulled.filter(({ added }) => added !== null).map(({ op }) => op.kind)).toEqual(['norm', 'norm']);
  });

  it('keeps a value apart that is wanted', async () => {
    const program = await programOf('gpt2');
    const path = rangePath(program, 0, 1, 'none');
    const activation = 'blocks.0.ffn.activation';
    expect(names(pullSteps(path, up, new Set([activation])))).toContain('ffn.activation');
    expect(names(pushSteps(linearPath(program, path.from, activation), up))).toContain('ffn.up + ffn.activation');
    const kept = names(runSteps(program.ops, new Set(['blocks.0.attention.output', ...program.hidden])));
    expect(kept).toContain('attention.residual');
    expect(kept).toContain('ffn.down + ffn.residual');
  });

  it('a gate reads both sides in two products, or one when the rule freezes the other', async () => {
    const path = rangePath(await programOf('llama'), 0, 1, 'none');
    const gated = (shares: GateShares) => names(pushSteps(path, shares)).filter((name) => name.startsWith('ffn.'));
    expect(gated(half)).toEqual(['ffn.norm', 'ffn.gate', 'ffn.up + ffn.activation', 'ffn.down + ffn.residual']);
    expect(gated(up)).toEqual(['ffn.norm', 'ffn.up + ffn.activation', 'ffn.down + ffn.residual']);
    expect(gated({ up: 0, gate: 1 })).toEqual(['ffn.norm', 'ffn.gate + ffn.activation', 'ffn.down + ffn.residual']);
    const pulled = names(pullSteps(path, up)).filter((name) => name.startsWith('ffn.'));
    expect(pulled).toEqual(['ffn.residual', 'ffn.down + ffn.activation', 'ffn.up', 'ffn.norm']);
  });
});
