// Exact maximum flow through a layered graph, from one node of the top layer to one of the bottom layer (Dinic's method).
// Node (l, k) is token k after l blocks, l = 0 … N; an edge leads from (l, i) down to (l − 1, j) with capacity blocks[l − 1][i, j] where that is
// not zero. Dinic: give every node its distance to the sink along edges with capacity left (edges that carry flow may be walked backwards),
// send flow along shortest paths until none is left, repeat until the source is cut off.
//
// Exact: capacities are rounded to multiples of 2⁻⁵² (an error of at most 2⁻⁵³ each). Every residual is then a multiple of 2⁻⁵² and at most 2,
// which a double holds without rounding, so no path is lost or invented by arithmetic.

const UNREACHED = 1 << 30;

/** Tokens lo … hi, both included: paths may pass these only. */
export interface TokenRange {
  readonly lo: number;
  readonly hi: number;
}

export interface LayeredFlow {
  /** Maximum flow from token `top` after the last block to token `bottom` before the first. */
  maxFlow(top: number, bottom: number, within: TokenRange): number;
}

/** blocks: Â of every block, first block first, entries between 0 and 1. */
export function createLayeredFlow(blocks: readonly Float64Array[], length: number): LayeredFlow {
  const depth = blocks.length;
  const area = length * length;
  const capacity = new Float64Array(depth * area); // edge (l, i) → (l − 1, j) at ((l − 1)·length + i)·length + j
  for (const [b, block] of blocks.entries()) {
    for (let k = 0; k < area; k++) capacity[b * area + k] = roundedCapacity(block[k]!);
  }
  const left = new Float64Array(depth * area); // capacity − flow
  const flow = new Float64Array(depth * area);
  const nodes = (depth + 1) * length; // node (l, k) at l·length + k
  const level = new Int32Array(nodes); // distance to the sink
  const nextDown = new Int32Array(nodes); // first token below that may still lead on
  const nextUp = new Int32Array(nodes); // first token above, for edges walked backwards
  const queue = new Int32Array(nodes);
  let lo = 0;
  let hi = 0;
  let sink = 0;

  function clear(): void {
    for (let b = 0; b < depth; b++) {
      for (let i = lo; i <= hi; i++) {
        const row = (b * length + i) * length;
        for (let j = lo; j <= hi; j++) {
          left[row + j] = capacity[row + j]!;
          flow[row + j] = 0;
        }
      }
    }
  }

  /** Distances to the sink, as far as the source; false when the source is cut off. */
  function measure(source: number): boolean {
    level.fill(UNREACHED);
    nextDown.fill(lo);
    nextUp.fill(lo);
    level[sink] = 0;
    queue[0] = sink;
    let end = 1;
    for (let head = 0; head < end; head++) {
      const node = queue[head]!;
      const layer = Math.floor(node / length);
      const token = node - layer * length;
      const distance = level[node]! + 1;
      if (layer < depth) {
        const above = node - token + length;
        const column = layer * area + token;
        for (let k = lo; k <= hi; k++) {
          if (level[above + k] === UNREACHED && left[column + k * length]! > 0) {
            level[above + k] = distance;
            queue[end++] = above + k;
          }
        }
        if (level[source] !== UNREACHED) return true;
      }
      if (layer > 0) {
        const below = node - token - length;
        const row = (node - length) * length;
        for (let j = lo; j <= hi; j++) {
          if (level[below + j] === UNREACHED && flow[row + j]! > 0) {
            level[below + j] = distance;
            queue[end++] = below + j;
          }
        }
      }
    }
    return false;
  }

  /** Sends up to `amount` from a node towards the sink along shortest paths, and returns what arrived. */
  function send(node: number, amount: number): number {
    if (node === sink) return amount;
    const layer = Math.floor(node / length);
    const token = node - layer * length;
    const wanted = level[node]! - 1;
    let sent = 0;
    if (layer > 0) {
      const below = node - token - length;
      const row = (node - length) * length;
      for (let j = nextDown[node]!; j <= hi; j++) {
        const room = left[row + j]!;
        if (room > 0 && level[below + j] === wanted) {
          const arrived = send(below + j, Math.min(room, amount - sent));
          left[row + j]! -= arrived;
          flow[row + j]! += arrived;
          sent += arrived;
          if (sent === amount) return sent; // j may lead on: it stays the next one
        }
        nextDown[node] = j + 1;
      }
    }
    if (layer < depth) {
      const above = node - token + length;
      const column = layer * area + token;
      for (let k = nextUp[node]!; k <= hi; k++) {
        const room = flow[column + k * length]!;
        if (room > 0 && level[above + k] === wanted) {
          const arrived = send(above + k, Math.min(room, amount - sent));
          flow[column + k * length]! -= arrived;
          left[column + k * length]! += arrived;
          sent += arrived;
          if (sent === amount) return sent;
        }
        nextUp[node] = k + 1;
      }
    }
    return sent;
  }

  return {
    maxFlow(top, bottom, within) {
      ({ lo, hi } = within);
      sink = bottom;
      const source = depth * length + top;
      clear();
      // What leaves the source or enters the sink bounds the flow; when the bound is reached, the last search for a path is spared.
      let out = 0;
      let into = 0;
      for (let k = lo; k <= hi; k++) {
        out += capacity[(source - length) * length + k]!;
        into += capacity[k * length + bottom]!;
      }
      const bound = Math.min(out, into);
      let total = 0;
      while (total < bound && measure(source)) {
        const sent = send(source, bound - total);
        if (!(sent > 0)) throw new Error(`flow from ${top} to ${bottom}: a path was found that carries nothing`);
        total += sent;
      }
      return total;
    },
  };
}

function roundedCapacity(value: number): number {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${value} is no share of attention`);
  return Math.round(value * 2 ** 52) / 2 ** 52;
}
