// The opened node of the flow graph in full: its largest edges, of attention the heads, and what else is told of it.

import { type ReactNode, useMemo } from 'react';
import { type FlowEdge, nodeKey, nodeOf, nodeValue } from '../../analysis/flowEdges';
import type { FlowGraph, Token } from '../../engine/protocol';
import { formatSigned } from '../shared/numbers';
import { around, openedEdges } from './picture';
import { nodeWords } from './words';

/** Edges that are named before the rest is only counted. */
const listed = 4;

interface OpenedProps {
  readonly graph: FlowGraph;
  readonly edges: readonly FlowEdge[];
  readonly tokens: readonly Token[];
  readonly node: string;
  readonly onOpen: (key: string | null) => void;
  /** What is told of the node besides its edges. */
  readonly children: ReactNode;
}

export function Opened({ graph, edges, tokens, node, onOpen, children }: OpenedProps) {
  const parts = /^(attention|head) (\d+)\.(?:\d+\.)?(\d+)$/.exec(node);
  // Of attention whose heads stand apart: what enters and leaves them together.
  const folded = useMemo(
    () => (node.startsWith('attention') ? openedEdges(graph, null, false) : edges),
    [graph, edges, node],
  );
  const { entering, leaving } = useMemo(() => around(folded, node), [folded, node]);
  const opened = nodeOf(node, graph);
  if (opened === null) return null;
  const words = nodeWords(opened, graph, tokens);
  const heads =
    parts === null
      ? []
      : Array.from({ length: graph.heads }, (_, head) => {
          const one = { kind: 'head', block: Number(parts[2]), head, token: Number(parts[3]) } as const;
          return { key: nodeKey(one), head, value: nodeValue(graph, one) };
        }).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const list = (title: string, some: readonly FlowEdge[], end: (edge: FlowEdge) => FlowEdge['to']) =>
    some.length > 0 && (
      <>
        <dt>{title}</dt>
        <dd>
          {some
            .slice(0, listed)
            .map((edge) => `${formatSigned(edge.value)} ${nodeWords(end(edge), graph, tokens)}`)
            .join(', ')}
          {some.length > listed && ` and ${some.length - listed} more`}
        </dd>
      </>
    );
  return (
    <section className="view-flow-opened" aria-label={words}>
      <div className="view-head">
        <h3>
          {words}: {formatSigned(nodeValue(graph, opened))}
        </h3>
        <span className="view-tools">
          <button type="button" onClick={() => onOpen(null)}>
            Close
          </button>
        </span>
      </div>
      {heads.length > 0 && (
        <fieldset className="view-flow-heads" aria-label={`Heads of ${words}`}>
          {heads.map(({ key, head, value }) => (
            <button key={key} type="button" aria-pressed={key === node} onClick={() => onOpen(key)}>
              head {head} {formatSigned(value)}
            </button>
          ))}
        </fieldset>
      )}
      <dl>
        {list('in', entering, ({ from }) => from)}
        {list('out', leaving, ({ to }) => to)}
      </dl>
      {children}
    </section>
  );
}
