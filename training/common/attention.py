"""What attention alone says about a token's sources: rollout and maximum flow over (mean over heads of A + I)/2 of all blocks."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow
from torch import Tensor

FLOW_UNITS = 10**7  # scipy's maximum flow counts in integers: capacities are in units of 1e-7


def rollout(layers: Tensor) -> Tensor:
    """Product of the blocks' attention with residual, later block on the left: [B, N, L, L] -> [B, output, input]."""
    product = layers[:, 0]
    for layer in range(1, layers.shape[1]):
        product = layers[:, layer] @ product
    return product


def flow_from(answer: int, layers: np.ndarray) -> np.ndarray:
    """Maximum flow from a token of the last block to every input: capacities [N, query, key] -> [L]."""
    count, length, _ = layers.shape
    layer, query, key = np.nonzero(layers * FLOW_UNITS >= 1)
    capacity = (layers[layer, query, key] * FLOW_UNITS).astype(np.int32)
    nodes = (count + 1) * length  # node = level * L + token; level 0 is the input
    graph = csr_matrix((capacity, ((layer + 1) * length + query, layer * length + key)), shape=(nodes, nodes))
    start = count * length + answer
    return np.array([maximum_flow(graph, start, token).flow_value / FLOW_UNITS for token in range(length)])
