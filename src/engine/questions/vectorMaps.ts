// Maps of the lengths of what attention moves (docs/formulas.md 5): of one block, or multiplied through the blocks of a range.

import { alti } from '../../attribution/alti';
import type { VectorNorms } from '../../attribution/attentionVectors';
import { globenc } from '../../attribution/globenc';
import { rolloutOfAttention, valueWeightedRollout } from '../../attribution/rolloutOfNorms';
import { attentionSublayer } from '../../program/sublayers';
import { UserError } from '../../tensor/errors';
import type { BlockNormName, LayerRange, MapRequest, NormChainName, Plan } from '../protocol';
import { checkBlock, planVectorNorms, vectorNorms } from './attentionVectors';
import { checkRange, type Question } from './question';

export type VectorMapRequest = Extract<MapRequest, { map: BlockNormName | NormChainName }>;

const blockMaps: Record<BlockNormName, (norms: VectorNorms) => Float64Array | null> = {
  attn_n: ({ attention }) => attention,
  attn_res_n: ({ residual }) => residual,
  attn_res_ln_n: ({ normed }) => normed,
};

type Chain = (blocks: readonly VectorNorms[], length: number) => readonly Float64Array[] | null;
const chains: Record<NormChainName, Chain> = {
  rollout_attn_n: rolloutOfAttention,
  rollout_attn_res: valueWeightedRollout,
  globenc,
  alti,
};

/** One block, or the range's first to last. */
export function blocksOf(question: Question, request: VectorMapRequest): LayerRange {
  if (!('layer' in request)) {
    checkRange(question, request.range);
    return request.range;
  }
  checkBlock(question, request.layer);
  return [request.layer, request.layer + 1];
}

/** [output token, input token]. UserError 'bad-request' where the model's blocks have no such quantity. */
export async function vectorMap(
  question: Question,
  request: VectorMapRequest,
): Promise<{ readonly data: Float64Array; readonly plan: Plan }> {
  refuseUndefined(question, request);
  const { norms, plan } = await vectorNorms(question, blocksOf(question, request));
  const { tokens } = question.run.trace;
  const data = 'layer' in request ? blockMaps[request.map](norms[0]!) : chains[request.map](norms, tokens)?.at(-1);
  return { data: data!, plan };
}

export async function planVectorMap(question: Question, request: VectorMapRequest): Promise<Plan> {
  refuseUndefined(question, request);
  return (await planVectorNorms(question, blocksOf(question, request))).plan;
}

function refuseUndefined(question: Question, request: VectorMapRequest): void {
  if (request.map !== 'attn_res_ln_n' && request.map !== 'globenc') return;
  const [from, to] = blocksOf(question, request);
  for (let block = from; block < to; block++) {
    if (attentionSublayer(question.session.program, block).postNorms) continue;
    const [name, instead] =
      request.map === 'globenc' ? ['GlobEnc', 'ALTI or the value-weighted rollout'] : ['AttnResLn-N', 'AttnRes-N'];
    throw new UserError(
      'bad-request',
      `${name} is not defined for this model: it needs norms on the residual path, after the sums, as BERT has them. Use ${instead}.`,
    );
  }
}
