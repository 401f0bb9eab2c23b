// How a target's row builds up over the blocks, as a result.

import type { LayersRequest, LayersResult } from '../protocol';
import { layersFrom, layersUpTo } from '../questions/layers';
import { ofOperator, provenanceOf, type Subject, tokenAxis, wordOf } from './subject';

export async function layersResult(
  subject: Subject,
  { target, gateRule, kind, operator = 'tensor' }: LayersRequest,
): Promise<LayersResult> {
  const { question } = subject;
  const { blocks } = question.session.program;
  const ask = kind === 'from' ? layersFrom : layersUpTo;
  const rows = await ask(question, target, gateRule, wordOf(subject), operator);
  return {
    matrix: {
      data: Float32Array.from(rows.contributions),
      rows: {
        name: 'layer',
        length: blocks + 1,
        labels: Array.from({ length: blocks + 1 }, (_, layer) => String(layer)),
      },
      cols: tokenAxis(subject, 'source'),
      unit: 'logits',
      signed: true,
      causal: false,
    },
    bias: Float32Array.from(rows.bias),
    total: Float32Array.from(rows.total),
    explains: rows.explains,
    fidelity: { completeness: null, conservation: operator === 'tensor' ? rows.conservation : null },
    provenance: provenanceOf(subject, {
      range: [0, blocks],
      gateRule,
      formula: `${kind === 'from' ? 'cᵀ T^(l→N)_ij x_j at every l' : 'cᵀ T^(0→l)_ij x_j for every l, logit lens'}${ofOperator(operator)}`,
      direction: rows.explains,
      plan: rows.plan,
    }),
  };
}
