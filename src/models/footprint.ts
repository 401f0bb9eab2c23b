// What a model takes on the graphics device and in the tab, known from its configuration and the sizes of its files, before anything large is
// read; and the refusal, in words and numbers, of what does not fit. WebGPU does not tell how much memory a device has, so the limits are this
// program's own.

import type { WeightStorage } from '../program/backend';
import { runBytes, weightBytes } from '../program/planner';
import { type Program, weightsOf } from '../program/program';
import { compile } from './compile';
import { describeBytes } from './files';
import type { ModelSpec } from './spec';
import { specOf } from './specs';

/** Weights and a run on the device: what a laptop's graphics card can be expected to have to spare. */
export const deviceBudget = 4_000_000_000;
/** The largest weight file and what is made of it while the model is opened. */
export const tabBudget = 6_000_000_000;
/** Tokens of the run that is counted beside the weights. */
const typicalPrompt = 64;

export interface Footprint {
  /** Weights and a run of `tokens`, by how matrices are stored. */
  readonly device: Readonly<Record<WeightStorage, number>>;
  /** The largest weight file, the largest matrix decoded, and its copy on the way to the device. */
  readonly tab: number;
  readonly tokens: number;
}

/** `weights`: how they can be stored so that the model fits, the most exact way first; null: not at all. */
export interface Fit {
  readonly weights: WeightStorage | null;
  /** What stands against opening it, or against float32, with the numbers and the remedy; null: nothing. */
  readonly sentence: string | null;
}

export interface Budgets {
  readonly device: number;
  readonly tab: number;
}

export const defaultBudgets: Budgets = { device: deviceBudget, tab: tabBudget };

/**
 * The program by the configuration, and by the names of the tensors where they are known: which head there is, only they tell for sure. Throws what
 * `specOf` throws.
 */
export function estimate(
  config: Readonly<Record<string, unknown>>,
  tensorNames: ReadonlySet<string> | null = null,
): { readonly spec: ModelSpec; readonly program: Program } {
  const likely = config.tie_word_embeddings === false ? ['lm_head.weight', 'embed_out.weight'] : [];
  const spec = specOf(config, tensorNames ?? new Set(likely));
  return { spec, program: compile(spec) };
}

/** `largestFile`: bytes of the largest weight file, 0 where unknown. */
export async function footprintOf(program: Program, largestFile: number): Promise<Footprint> {
  const tokens = program.image ? program.contextLength : Math.min(typicalPrompt, program.contextLength);
  const run = await runBytes(program, tokens, 4);
  const largest = Math.max(
    ...weightsOf(program).map((ref) => ('length' in ref ? ref.length : ref.inputs * ref.outputs)),
  );
  return {
    device: { f32: weightBytes(program, 4, 4) + run, f16: weightBytes(program, 2, 4) + run },
    tab: largestFile + 2 * 4 * largest,
    tokens,
  };
}

export function fitOf({ device, tab, tokens }: Footprint, budgets: Budgets = defaultBudgets): Fit {
  if (tab > budgets.tab) {
    const sentence = `Opening it would take ${describeBytes(tab)} of memory in this tab, more than the ${describeBytes(budgets.tab)} that this program allows: choose a smaller model, or a copy in smaller files.`;
    return { weights: null, sentence };
  }
  if (device.f32 <= budgets.device) return { weights: 'f32', sentence: null };
  const limit = `more than the ${describeBytes(budgets.device)} that this program allows`;
  const needs = `With float32 weights it would take ${describeBytes(device.f32)} on the graphics device (weights and a run of ${tokens} tokens), ${limit}`;
  if (device.f16 > budgets.device) {
    const sentence = `${needs}, with float16 weights ${describeBytes(device.f16)}, which is too much as well: choose a smaller model.`;
    return { weights: null, sentence };
  }
  return { weights: 'f16', sentence: `${needs}; with float16 weights it takes ${describeBytes(device.f16)}.` };
}

/** The refusal of a model that was asked for with these weights; null: it fits. */
export function refusalOf(
  footprint: Footprint,
  weights: WeightStorage,
  budgets: Budgets = defaultBudgets,
): string | null {
  const fit = fitOf(footprint, budgets);
  if (fit.weights === null) return fit.sentence;
  if (footprint.device[weights] <= budgets.device) return null;
  return `${fit.sentence} Open it with float16 weights, or choose a smaller model.`;
}
