// What a model takes on the graphics device and in the tab, known from its configuration and the sizes of its files, before anything large is
// read; and the refusal, in words and numbers, of what does not fit. WebGPU does not tell how much memory a device has, so the limits are this
// program's own.

import type { WeightStorage } from '../program/backend';
import { runBytes, weightBytes } from '../program/planner';
import { type Program, weightsOf } from '../program/program';
import { weightNeeds } from '../program/weightNeeds';
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
  /** What the device needs at least, when weights are read as they are used: the largest layer's, and a run of one token (or image). */
  readonly least: Readonly<Record<WeightStorage, number>>;
  /** The largest weight file, the largest matrix decoded, and its copy on the way to the device. */
  readonly tab: number;
  readonly tokens: number;
}

/** `weights`: how they can be stored so that the model fits, the most exact way first; null: not at all. */
export interface Fit {
  readonly weights: WeightStorage | null;
  /** Not all weights are on the device at once: what does not fit is read when it is used. */
  readonly streamed: boolean;
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
  const oneToken = await runBytes(program, program.image ? tokens : 1, 4);
  const least = (bytesPerWeight: number) => {
    const { pinned, largestOp } = weightNeeds(program, { bytesPerNumber: 4, bytesPerWeight });
    return pinned + largestOp + oneToken;
  };
  const largest = Math.max(
    ...weightsOf(program).map((ref) => ('length' in ref ? ref.length : ref.inputs * ref.outputs)),
  );
  return {
    device: { f32: weightBytes(program, 4, 4) + run, f16: weightBytes(program, 2, 4) + run },
    least: { f32: least(4), f16: least(2) },
    tab: largestFile + 2 * 4 * largest,
    tokens,
  };
}

/** float32 weights that are streamed are preferred to float16 ones only where these do not fit either. */
export function fitOf(footprint: Footprint, budgets: Budgets = defaultBudgets): Fit {
  const { device, least, tab, tokens } = footprint;
  if (tab > budgets.tab) {
    const sentence = `Opening it would take ${describeBytes(tab)} of memory in this tab, more than the ${describeBytes(budgets.tab)} that this program allows: choose a smaller model, or a copy in smaller files.`;
    return { weights: null, streamed: false, sentence };
  }
  if (device.f32 <= budgets.device) return { weights: 'f32', streamed: false, sentence: null };
  const limit = `more than the ${describeBytes(budgets.device)} that are allowed`;
  const needs = `With float32 weights it would take ${describeBytes(device.f32)} on the graphics device (weights and a run of ${tokens} tokens), ${limit}`;
  if (device.f16 <= budgets.device) {
    const sentence = `${needs}; with float16 weights it takes ${describeBytes(device.f16)}.`;
    return { weights: 'f16', streamed: false, sentence };
  }
  const tooMuch = `${needs}, with float16 weights ${describeBytes(device.f16)}, which is too much as well`;
  const weights = least.f32 <= budgets.device ? 'f32' : least.f16 <= budgets.device ? 'f16' : null;
  if (weights !== null) {
    return { weights, streamed: true, sentence: `${tooMuch}: it opens, and ${streamedWords}.` };
  }
  const sentence = `${tooMuch}, and even with weights that are read when they are used at least ${describeBytes(least.f16)}: choose a smaller model, or allow more memory.`;
  return { weights: null, streamed: false, sentence };
}

/** Ends a sentence. */
export const streamedWords =
  'the weights that do not fit are read from storage whenever they are used: the same numbers, more slowly';

/** How a model is opened that was asked for with these weights: the refusal, or whether its weights are streamed. */
export function openingOf(
  footprint: Footprint,
  weights: WeightStorage,
  budgets: Budgets = defaultBudgets,
): { readonly refusal: string | null; readonly streamed: boolean } {
  const fit = fitOf(footprint, budgets);
  if (fit.weights === null) return { refusal: fit.sentence, streamed: false };
  if (footprint.device[weights] <= budgets.device) return { refusal: null, streamed: false };
  if (footprint.least[weights] <= budgets.device) return { refusal: null, streamed: true };
  return {
    refusal: `${fit.sentence} Open it with float16 weights, choose a smaller model, or allow more memory.`,
    streamed: true,
  };
}

/** Of a model that would be streamed and whose files cannot be read again in parts. */
export function unstreamable(
  footprint: Footprint,
  weights: WeightStorage,
  { device }: Budgets = defaultBudgets,
): string {
  const takes = `It would take ${describeBytes(footprint.device[weights])} on the graphics device, more than the ${describeBytes(device)} that are allowed`;
  return `${takes}, and its files cannot be read again in parts: download it and open its folder, allow more memory, or choose a smaller model.`;
}
