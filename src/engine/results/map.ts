// Maps over (output token, input token) as results.

import { confidence } from '../../attribution/probes';
import { UserError } from '../../tensor/errors';
import { refuseMap } from '../longest';
import type {
  BiasSharing,
  Direction,
  MapEstimate,
  MapRequest,
  MapResult,
  Plan,
  ProbedMapName,
  Scope,
  TensorMapName,
} from '../protocol';
import { attentionMap, flowMap, rolloutMaps } from '../questions/attention';
import { planContributions } from '../questions/contributions';
import { decompxMap, planShared } from '../questions/decompx';
import type { Explained } from '../questions/explained';
import {
  chooseOrder,
  inClassMap,
  inMap,
  inOutMap,
  normMap,
  outMap,
  planExact,
  type TensorMap,
  traceMap,
} from '../questions/maps';
import { planProbes, probedMap } from '../questions/probedMaps';
import { planPulled } from '../questions/pulled';
import { checkRange, outputReadOut, type Question } from '../questions/question';
import { planSingular, singularMap } from '../questions/singularMaps';
import { blocksOf, planVectorMap, type VectorMapRequest, vectorMap } from '../questions/vectorMaps';
import { provenanceOf, type Subject, tokenMatrix, wordOf } from './subject';

type AttentionRequest = Extract<MapRequest, { map: 'attention' | 'rollout' | 'flow' }>;
type SharedRequest = Extract<MapRequest, { map: 'decompx' }>;
type TensorRequest = Exclude<MapRequest, AttentionRequest | VectorMapRequest | SharedRequest>;

export async function mapResult(subject: Subject, request: MapRequest): Promise<MapResult> {
  refuseMap(subject.question.run.trace.tokens);
  switch (request.map) {
    case 'attention':
    case 'rollout':
    case 'flow':
      return attentionResult(subject, request);
    case 'attn_n':
    case 'attn_res_n':
    case 'attn_res_ln_n':
    case 'rollout_attn_n':
    case 'rollout_attn_res':
    case 'globenc':
    case 'alti':
      return vectorResult(subject, request);
    case 'decompx':
      return sharedResult(subject, request);
    default:
      return tensorResult(subject, request);
  }
}

const tensorMaps: Record<TensorMapName, { readonly formula: string; readonly unit: string; readonly signed: boolean }> =
  {
    in: { formula: '‖T_ij x_j‖₂', unit: 'length of the contribution', signed: false },
    out: { formula: '‖T_ijᵀ y_i‖₂', unit: 'length of y_i read back', signed: false },
    in_out: { formula: 'y_i · T_ij x_j', unit: 'part of ‖y_i‖²', signed: true },
    norm: { formula: '‖T_ij‖_F', unit: 'Frobenius norm', signed: false },
    in_class: { formula: 'u_i · T_ij x_j', unit: 'logits', signed: true },
    trace: { formula: 'tr T_ij', unit: 'trace', signed: true },
    spectral: { formula: 'σ₁(T_ij)', unit: 'largest singular value', signed: false },
    nuclear: { formula: 'Σ_k σ_k(T_ij)', unit: 'sum of singular values', signed: false },
  };

async function tensorResult(subject: Subject, request: TensorRequest): Promise<MapResult> {
  const { map, direction, estimate } = await tensorMap(subject, request);
  const { formula: exact, unit, signed } = tensorMaps[request.map];
  const { range, gateRule } = request;
  const formula = estimate ? `${exact}, estimated from ${estimate.probes} of ${estimate.of} random probes` : exact;
  return {
    matrix: tokenMatrix(subject, map.data, unit, signed),
    ...(estimate && { estimate }),
    bias: map.identity && Float32Array.from(map.identity.bias),
    total: map.identity && Float32Array.from(map.identity.total),
    fidelity: { completeness: map.completeness, conservation: map.conservation },
    provenance: provenanceOf(subject, { range, gateRule, formula, plan: map.plan, ...(direction && { direction }) }),
  };
}

interface Answer {
  readonly map: TensorMap;
  readonly direction?: string;
  readonly estimate?: MapEstimate;
}

async function tensorMap(subject: Subject, request: TensorRequest): Promise<Answer> {
  const { question } = subject;
  switch (request.map) {
    case 'in':
      return { map: await inMap(question, request) };
    case 'out':
      return { map: await outMap(question, request) };
    case 'in_out':
      return { map: await inOutMap(question, request) };
    case 'norm':
    case 'trace': {
      const { map, probes, ...scope } = request;
      if (probes !== undefined) return probed(question, scope, map, probes);
      return { map: await (map === 'norm' ? normMap : traceMap)(question, scope) };
    }
    case 'spectral':
    case 'nuclear':
      return { map: await singularMap(question, request, request.map) };
    case 'in_class': {
      const map = await inClassMap(question, request, request.class, request.direction, wordOf(subject));
      return { map, direction: directionWords(request, map.explained) };
    }
  }
}

async function probed(question: Question, scope: Scope, name: ProbedMapName, probes: number): Promise<Answer> {
  const { data, band, plan } = await probedMap(question, scope, name, probes);
  const map = { data, identity: null, completeness: null, conservation: null, plan, pass: null };
  const of = question.session.program.dModel;
  if (probes === of) return { map };
  return { map, estimate: { probes, of, band: Float32Array.from(band), confidence } };
}

/** What a map would cost; attention maps come from the trace and cost next to nothing. */
export async function mapPlan({ question }: Subject, request: MapRequest): Promise<Plan | null> {
  refuseMap(question.run.trace.tokens);
  switch (request.map) {
    case 'attention':
    case 'rollout':
    case 'flow':
      return null;
    case 'attn_n':
    case 'attn_res_n':
    case 'attn_res_ln_n':
    case 'rollout_attn_n':
    case 'rollout_attn_res':
    case 'globenc':
    case 'alti':
      return planVectorMap(question, request);
    case 'decompx':
      if (request.biases === 'token') return (await chooseOrder(question, request, 'output')).plan;
      return planShared(question, request);
    default:
      checkRange(question, request.range);
  }
  switch (request.map) {
    case 'out':
      return (await planPulled(question, request, outputReadOut(question, request.range))).plan;
    case 'norm':
    case 'trace': {
      const { map, probes } = request;
      if (probes !== undefined) return (await planProbes(question, request, map, probes)).plan;
      return (await planExact(question, request)).plan;
    }
    case 'spectral':
    case 'nuclear':
      return (await planSingular(question, request)).plan;
    case 'in_class':
      return (await chooseOrder(question, request, 'output')).plan;
    case 'in_out':
      return (await chooseOrder(question, request, outputReadOut(question, request.range))).plan;
    case 'in':
      return (await planContributions(question, request, outputReadOut(question, request.range))).plan;
  }
}

const vectorMaps: Record<VectorMapRequest['map'], { readonly formula: string; readonly unit: string }> = {
  attn_n: { formula: '‖Σ_h A_h f_h(x_j)‖₂', unit: 'length moved' },
  attn_res_n: { formula: '‖Σ_h A_h f_h(x_j) + δ_ij x_i‖₂', unit: 'length brought' },
  attn_res_ln_n: {
    formula: '‖N₁(Σ_h A_h f_h(x_j) + δ_ij x_i)‖₂',
    unit: 'length brought, normed',
  },
  rollout_attn_n: { formula: 'Â_N ⋯ Â_1, Â = (Attn-N / row sum + I)/2', unit: 'share of lengths' },
  rollout_attn_res: { formula: 'M_N ⋯ M_1, M = AttnRes(Ln)-N / row sum', unit: 'share of lengths' },
  globenc: { formula: '‖N₂N₁(v_ij)‖₂, multiplied through the blocks', unit: 'product of lengths' },
  alti: {
    formula: 'max(0, ‖y_i‖₁ − ‖y_i − t_ij‖₁) / row sum, multiplied through the blocks',
    unit: 'share of nearness',
  },
};

async function vectorResult(subject: Subject, request: VectorMapRequest): Promise<MapResult> {
  const { data, plan } = await vectorMap(subject.question, request);
  const { formula, unit } = vectorMaps[request.map];
  return {
    matrix: tokenMatrix(subject, data, unit, false),
    bias: null,
    total: null,
    fidelity: { completeness: null, conservation: null },
    provenance: provenanceOf(subject, { range: blocksOf(subject.question, request), gateRule: null, formula, plan }),
  };
}

export const biasShareNames: Record<BiasSharing, string> = {
  token: 'none',
  absDot: '|b · z|',
  norm: '‖z‖',
  equal: 'equal parts',
};

async function sharedResult(subject: Subject, request: SharedRequest): Promise<MapResult> {
  const { question } = subject;
  const { biases, class: chosen, direction, range, gateRule } = request;
  const map = await decompxMap(question, request, biases, chosen, direction, wordOf(subject));
  const shared = biases === 'token' ? 'biases apart' : `biases shared by ${biasShareNames[biases]}`;
  return {
    matrix: tokenMatrix(subject, map.data, 'logits', true),
    bias: Float32Array.from(map.identity.bias),
    total: Float32Array.from(map.identity.total),
    fidelity: { completeness: map.completeness, conservation: map.conservation },
    provenance: provenanceOf(subject, {
      range,
      gateRule,
      formula: `u_i · Z_i⇐j, ${shared}`,
      direction: directionWords(request, map.explained),
      plan: map.plan,
    }),
  };
}

/** One direction for all rows, or each row's own. */
function directionWords(
  { class: chosen, direction }: { readonly class: number | null; readonly direction: Direction },
  explained: readonly Explained[],
): string {
  const same = chosen !== null && direction.kind !== 'contrast';
  return same ? explained[0]!.direction.words : `${direction.kind}, each row its own prediction`;
}

async function attentionResult(subject: Subject, request: AttentionRequest): Promise<MapResult> {
  const { data, unit, formula, range } = await attention(subject, request);
  return {
    matrix: tokenMatrix(subject, data, unit, false),
    bias: null,
    total: null,
    fidelity: { completeness: null, conservation: null },
    provenance: provenanceOf(subject, { range, gateRule: null, formula, plan: null }),
  };
}

async function attention({ question }: Subject, request: AttentionRequest) {
  switch (request.map) {
    case 'attention': {
      const { layer, head } = request;
      const data = await attentionMap(question, layer, head);
      const formula = head === null ? 'mean_h A_h' : head === 'max' ? 'max_h A_h' : `A of head ${head}`;
      return { data, unit: 'attention', formula, range: [layer, layer + 1] as const };
    }
    case 'rollout': {
      checkRange(question, request.range);
      const maps = await rolloutMaps(question, request.range);
      return {
        data: maps.at(-1)!,
        unit: 'share of attention',
        formula: 'Â_N ⋯ Â_1, Â = (mean_h A_h + I)/2',
        range: request.range,
      };
    }
    case 'flow': {
      checkRange(question, request.range);
      const { normalised } = await flowMap(question, request.range);
      return { data: normalised, unit: 'share of flow', formula: 'maximum flow, capacities Â', range: request.range };
    }
    default:
      throw new UserError('bad-request', `There is no map "${(request satisfies never as { map: string }).map}".`);
  }
}
