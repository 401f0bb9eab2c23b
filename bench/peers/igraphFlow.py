"""Attention flow by igraph's maximum flow (push-relabel, compiled C): the peer of the `flow` bench.

Reads from stdin {tokens, causal, budget, blocks: [layer][query * tokens + key]}, the capacities of the edges from node (layer + 1, query) down to
node (layer, key); prints {version, cpuSeconds, pairsTimed, pairs, flow: [[query, key, value], ...]}. CPU seconds are those of this process for all
pairs, the building of the graph included. Past `budget` CPU seconds it stops and extrapolates: the pairs come in a seeded random order.
Exit code 3: igraph is not installed.
"""
import json
import random
import sys
import time

try:
    import igraph
except ImportError:
    sys.exit(3)


def main():
    request = json.load(sys.stdin)
    tokens, causal, blocks = request["tokens"], request["causal"], request["blocks"]
    edges, capacities = [], []
    for layer, block in enumerate(blocks):
        for at, capacity in enumerate(block):
            if capacity > 0:
                edges.append(((layer + 1) * tokens + at // tokens, layer * tokens + at % tokens))
                capacities.append(capacity)
    pairs = [(query, key) for query in range(tokens) for key in range(query + 1 if causal else tokens)]
    random.Random(1).shuffle(pairs)

    began = time.process_time()
    graph = igraph.Graph(n=(len(blocks) + 1) * tokens, edges=edges, directed=True)
    built = time.process_time() - began
    flow = []
    began = time.process_time()
    for query, key in pairs:
        flow.append((query, key, graph.maxflow_value(len(blocks) * tokens + query, key, capacities)))
        if time.process_time() - began > request["budget"]:
            break
    spent = time.process_time() - began
    print(json.dumps({
        "version": igraph.__version__,
        "cpuSeconds": built + spent * len(pairs) / len(flow),
        "pairsTimed": len(flow),
        "pairs": len(pairs),
        "flow": flow,
    }))


main()
