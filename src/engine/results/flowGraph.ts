// The conserved flow graph as a result, and the tokens that one of its components promotes and suppresses.

import type { ComponentRequest, ComponentResult, FlowGraph, FlowGraphRequest, FlowGraphResult } from '../protocol';
import { componentTokens } from '../questions/component';
import { flowGraphOf } from '../questions/flowGraph';
import { topOf } from '../questions/logits';
import { provenanceOf, type Subject, wordOf } from './subject';

/** Tokens listed at each end. */
const listed = 8;

export async function flowGraphResult(
  subject: Subject,
  { target, gateRule }: FlowGraphRequest,
): Promise<FlowGraphResult> {
  const { question } = subject;
  const { graph, residuals, explains, plan } = await flowGraphOf(question, target, gateRule, wordOf(subject));
  return {
    graph: rounded(graph),
    explains,
    residuals,
    provenance: provenanceOf(subject, {
      range: [0, graph.blocks],
      gateRule,
      formula: 'g_i · (what a component adds at token i)',
      direction: explains,
      plan,
    }),
  };
}

/** As it is sent. */
function rounded(graph: FlowGraph): FlowGraph {
  const entries = Object.entries(graph).map(([name, value]) => [
    name,
    value instanceof Float64Array ? Float32Array.from(value) : value,
  ]);
  return Object.fromEntries(entries) as FlowGraph;
}

export async function componentResult(subject: Subject, request: ComponentRequest): Promise<ComponentResult> {
  const { scores, length } = await componentTokens(subject.question, request);
  if (scores === null) return { promotes: [], suppresses: [], length };
  const word = wordOf(subject);
  const scored = (id: number) => ({ id, piece: word(id), score: scores[id]! });
  return {
    promotes: topOf(scores, listed).map(scored),
    suppresses: topOf(
      scores.map((score) => -score),
      listed,
    ).map(scored),
    length,
  };
}
