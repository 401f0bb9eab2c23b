// The command line of `analyze`, checked as far as that is possible without the model. Every refusal is one sentence.

import { parseArgs } from 'node:util';
import type { DeviceChoice, GateRule, LayerRange, MethodName, OperatorName, WeightStorage } from '../engine/protocol';
import { operators } from '../share/fields';
import {
  attempt,
  type DirectionWish,
  oneOf,
  readBytes,
  readDirection,
  readIds,
  readIndex,
  readLayers,
  readPair,
  readToken,
  refused,
  required,
  type TokenWish,
} from './argument';

/** Lengths of what attention moves: not compared with the golden tensors of the model, which have none of them. */
export const blockNormKeys = ['attn_n', 'attn_res_n', 'attn_res_ln_n'] as const;
export const normChainKeys = ['rollout_attn_n', 'rollout_attn_res', 'globenc', 'alti'] as const;

export const decompxKeys = ['decompx_absdot', 'decompx_norm', 'decompx_equal'] as const;

export const mapKeys = [
  'in',
  'in_out',
  'out',
  'norm',
  'trace',
  'spectral',
  'nuclear',
  'in_class',
  'in_class_all',
  'rollout',
  'flow',
  'attention',
  ...blockNormKeys,
  ...normChainKeys,
  'mixing_ratio',
  ...decompxKeys,
] as const;
/** Names of the golden values (baselines.safetensors), and the engine's. */
export const methods = {
  gradient_l2: 'saliency',
  grad_x_input: 'gradient_x_input',
  integrated_gradients: 'integrated_gradients',
  lrp_ah_ln: 'lrp_ah_ln',
  attnlrp: 'attnlrp',
  chefer_generic: 'chefer',
  ablation_zero: 'ablation',
} as const satisfies Record<string, MethodName>;
export type MethodKey = keyof typeof methods;
export const methodKeys = Object.keys(methods) as MethodKey[];
export type MapKey = (typeof mapKeys)[number];

/** pixels: the path of a safetensors file. image: the path of a picture. */
export type PromptWish =
  | { readonly text: string; readonly chat?: boolean }
  | { readonly ids: readonly number[] }
  | { readonly image: string }
  | { readonly pixels: string };

export interface AnalyzeOptions {
  /** A folder, an embedded name, or with `hub` an id. */
  readonly model: string;
  /** Address of the hub or a mirror; null: the model is on this machine. */
  readonly hub: string | null;
  readonly revision: string;
  readonly prompt: PromptWish;
  readonly out: string;
  readonly maps: readonly MapKey[];
  readonly methods: readonly MethodKey[];
  readonly target: number | 'last';
  readonly class: TokenWish | 'auto';
  readonly direction: DirectionWish;
  /** null: all blocks. */
  readonly layers: LayerRange | null;
  readonly gateRule: GateRule;
  /** Of slices and pairs. */
  readonly operator: OperatorName;
  readonly slices: readonly number[];
  readonly pairs: readonly (readonly [output: number, source: number])[];
  readonly hidden: boolean;
  readonly logits: boolean;
  readonly device: DeviceChoice;
  /** How the graphics device stores matrices. */
  readonly weights: WeightStorage;
  /** Bytes; null: as much as this program allows. */
  readonly memoryBudget: number | null;
}

const text = { type: 'string' } as const;
const switchOn = { type: 'boolean', default: false } as const;
const texts = { type: 'string', multiple: true, default: [] as string[] } as const;

function parse(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    allowPositionals: false,
    options: {
      model: text,
      hub: text,
      revision: text,
      prompt: text,
      chat: switchOn,
      ids: text,
      image: text,
      pixels: text,
      out: text,
      maps: { ...text, default: '' },
      methods: { ...text, default: '' },
      target: { ...text, default: 'last' },
      class: { ...text, default: 'auto' },
      direction: { ...text, default: 'centred' },
      layers: text,
      'gate-rule': { ...text, default: 'half' },
      operator: { ...text, default: 'tensor' },
      slice: texts,
      pair: texts,
      hidden: switchOn,
      logits: switchOn,
      device: { ...text, default: 'auto' },
      weights: { ...text, default: 'f32' },
      memory: text,
      help: { ...switchOn, short: 'h' },
    },
  });
  return values;
}

type Prompts = { readonly [K in 'prompt' | 'ids' | 'image' | 'pixels']?: string };

function readPrompt({ prompt, ids, image, pixels }: Prompts): PromptWish {
  const given = [prompt, ids, image, pixels].filter((value) => value !== undefined);
  if (given.length > 1) throw refused('Give one of --prompt, --ids, --image and --pixels, not several');
  if (image !== undefined) return { image: required(image, '--image', 'the file with the picture') };
  if (pixels !== undefined) return { pixels: required(pixels, '--pixels', 'the file with the image') };
  if (ids !== undefined) return { ids: readIds(ids) };
  return { text: required(prompt, '--prompt, --ids, --image or --pixels', 'the text, token ids, or a picture') };
}

function readNames<K extends string>(given: string, known: readonly K[], option: string): K[] {
  return given === '' ? [] : given.split(',').map((name) => oneOf(name.trim(), known, option));
}

function withChat(prompt: PromptWish, chat: boolean): PromptWish {
  if (!chat) return prompt;
  if ('text' in prompt) return { ...prompt, chat };
  throw refused('--chat is for texts: give --prompt');
}

/** The options, or 'help'. Throws UserError 'bad-request'. */
export function readOptions(argv: readonly string[]): AnalyzeOptions | 'help' {
  const values = attempt(() => parse(argv));
  if (values.help) return 'help';
  if (values.revision !== undefined && values.hub === undefined) {
    throw refused('--revision is for models of the hub: give --hub as well');
  }
  return {
    model: required(values.model, '--model', 'a folder, the name of an embedded model, or with --hub owner/name'),
    hub: values.hub === undefined ? null : required(values.hub, '--hub', 'an address such as https://huggingface.co'),
    revision: values.revision ?? 'main',
    prompt: withChat(readPrompt(values), values.chat),
    out: required(values.out, '--out', 'the file to write'),
    maps: readNames(values.maps, mapKeys, '--maps'),
    methods: readNames(values.methods, methodKeys, '--methods'),
    target: values.target === 'last' ? 'last' : readIndex(values.target, '--target must be "last" or'),
    class: values.class === 'auto' ? 'auto' : readToken(values.class, '--class'),
    direction: readDirection(values.direction),
    layers: values.layers === undefined ? null : readLayers(values.layers),
    gateRule: oneOf(values['gate-rule'], ['half', 'up', 'gate'], '--gate-rule'),
    operator: oneOf(values.operator, operators, '--operator'),
    slices: values.slice.map((token) => readIndex(token, '--slice must be')),
    pairs: values.pair.map(readPair),
    hidden: values.hidden,
    logits: values.logits,
    device: oneOf(values.device, ['auto', 'webgpu', 'reference'], '--device'),
    weights: oneOf(values.weights, ['f32', 'f16'], '--weights'),
    memoryBudget: values.memory === undefined ? null : readBytes(values.memory, '--memory'),
  };
}
