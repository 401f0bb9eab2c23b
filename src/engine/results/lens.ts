// The logit lens, as a result.

import type { LensRequest, LensResult, Prediction } from '../protocol';
import { lensRanks, logitLens } from '../questions/lens';
import { provenanceOf, type Subject, tokenAxis, wordOf } from './subject';

export async function lensResult(subject: Subject, { first, count }: LensRequest): Promise<LensResult> {
  const { question } = subject;
  const { blocks } = question.session.program;
  const lens = await logitLens(question, first, count);
  const word = wordOf(subject);
  const prediction = (at: number): Prediction => ({
    id: lens.tops[at]!,
    piece: word(lens.tops[at]!),
    logit: lens.logits[at]!,
    probability: lens.probabilities[at]!,
  });
  const axis = tokenAxis(subject, 'output');
  return {
    first,
    predictions: Array.from({ length: blocks + 1 }, (_, layer) =>
      Array.from({ length: count }, (_, token) =>
        Array.from({ length: lensRanks }, (_, rank) => prediction((layer * count + token) * lensRanks + rank)),
      ),
    ),
    ofFinal: {
      data: Float32Array.from(lens.ofFinal),
      rows: { name: 'layer', length: blocks + 1, labels: Array.from({ length: blocks + 1 }, (_, l) => String(l)) },
      cols: { ...axis, length: count, ...(axis.labels && { labels: axis.labels.slice(first, first + count) }) },
      unit: 'probability',
      signed: false,
      causal: false,
    },
    provenance: provenanceOf(subject, {
      range: [0, blocks],
      gateRule: null,
      formula: 'softmax(head(norm(h_l))), the norm’s scale computed anew at every l',
      plan: lens.plan,
    }),
  };
}
