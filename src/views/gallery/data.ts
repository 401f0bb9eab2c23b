// Seeded results of every kind for the gallery: shaped like the engine's, with nothing of a model in them.

import type {
  LayersResult,
  PairResult,
  Provenance,
  RowResult,
  ScoredToken,
  SliceResult,
  Token,
} from '../../engine/protocol';
import type { Matrix } from '../../tensor/matrix';
import { randomArray, seededRandom } from '../../tensor/random';

const WORDS =
  '<s> when mary and john went to the shop , john gave a drink to ␣internationalisation 東京 🙂 ⏎ "quoted" &amp ␣␣'.split(
    ' ',
  );

export function tokensOf(length: number): Token[] {
  return Array.from({ length }, (_, id) => ({
    id,
    piece: id < WORDS.length ? WORDS[id]! : WORDS[1 + ((id * 7) % (WORDS.length - 1))]!,
    special: id === 0,
    unknown: false,
  }));
}

interface MapLook {
  readonly signed: boolean;
  readonly causal: boolean;
  /** The first column holds most of everything, as in real decoders. */
  readonly sink?: boolean;
}

export function mapOf(length: number, look: MapLook, seed: number): Matrix {
  const random = seededRandom(seed);
  const data = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    for (let col = 0; col < (look.causal ? row + 1 : length); col++) {
      const near = Math.exp(-Math.abs(row - col) / 3) + 0.1;
      const value = near * random() ** 3 * (look.signed && random() < 0.4 ? -1 : 1);
      data[row * length + col] = look.sink && col === 0 ? 8 + random() : value;
    }
  }
  return {
    data,
    rows: { name: 'output', length },
    cols: { name: 'source', length },
    unit: look.signed ? 'logit' : 'share of attention',
    signed: look.signed,
    causal: look.causal,
  };
}

const provenance: Provenance = {
  model: 'gallery',
  revision: 'seeded',
  ids: [],
  range: [0, 4],
  gateRule: 'half',
  formula: 'in_class',
  direction: 'mary − john, logits',
  device: 'none',
  seconds: 0,
  plan: null,
};
const fidelity = { completeness: 3e-7, conservation: 3.2e-7 };

export function rowOf(length: number, seed: number): RowResult {
  const random = seededRandom(seed);
  const contributions = Float32Array.from({ length }, (_, j) =>
    j > 15 ? 0 : j === 0 ? 4.2 : (random() < 0.35 ? -1 : 1) * random() ** 3 * 2,
  );
  const bias = 0.38;
  const total = contributions.reduce((sum, value) => sum + value, bias);
  return {
    contributions,
    bias,
    total,
    explains: 'logit mary − logit john',
    classes: [],
    rivals: [],
    fidelity,
    provenance,
  };
}

const normOf = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Mostly copying, with a low-rank part and noise, as links between tokens look. */
function link(width: number, random: () => number, strength: number): Float32Array {
  const [u, v] = [randomArray(width, random), randomArray(width, random)];
  return Float32Array.from({ length: width * width }, (_, at) => {
    const [d, e] = [Math.floor(at / width), at % width];
    return strength * ((d === e ? 0.8 : 0) + 0.6 * u[d]! ** 3 * v[e]! + 0.08 * (2 * random() - 1));
  });
}

export function sliceOf(length: number, width: number, token: number, seed: number): SliceResult {
  const random = seededRandom(seed);
  const slice = new Float32Array(width * length * width);
  const norms = new Float32Array(length);
  for (let j = 0; j <= token; j++) {
    const block = link(width, random, j === 0 ? 5 : 0.2 + random() ** 2);
    norms[j] = normOf(block);
    for (let d = 0; d < width; d++) slice.set(block.subarray(d * width, (d + 1) * width), (d * length + j) * width);
  }
  const matrixOf = (rows: 'dModel' | 'source', cols: 'dModel' | 'source'): Matrix => {
    const [r, c] = [rows, cols].map((name) => (name === 'dModel' ? width : length)) as [number, number];
    const data = randomArray(r * c, random).map((value, at) => {
      const source = rows === 'source' ? Math.floor(at / c) : at % c;
      return source > token ? 0 : value ** 3 * norms[source]!;
    });
    return {
      data,
      rows: { name: rows, length: r },
      cols: { name: cols, length: c },
      unit: 'contribution',
      signed: true,
      causal: false,
    };
  };
  return {
    token,
    dModel: width,
    slice,
    contributions: matrixOf('dModel', 'source'),
    readOut: matrixOf('source', 'dModel'),
    classDirection: matrixOf('source', 'dModel'),
    norms,
    fidelity,
    provenance,
  };
}

export function pairOf(width: number, seed: number): PairResult {
  const random = seededRandom(seed);
  const data = link(width, random, 1);
  const scored = (sign: number): ScoredToken[] =>
    Array.from({ length: 8 }, (_, i) => ({
      id: Math.floor(random() * 1e5),
      piece: WORDS[1 + Math.floor(random() * 17)]!,
      score: (sign * 3) / (i + 1),
    }));
  const singularValues = Float32Array.from({ length: width }, (_, i) => 4 * Math.exp(-i / 6) + 0.01 * random()).sort(
    (a, b) => b - a,
  );
  return {
    token: 15,
    source: 2,
    matrix: {
      data,
      rows: { name: 'dModel', length: width },
      cols: { name: 'dModel', length: width },
      unit: 'T_ij',
      signed: true,
      causal: false,
    },
    singularValues,
    directions: [0, 1, 2].map((i) => ({
      value: singularValues[i]!,
      reads: [scored(1), scored(-1)],
      writes: [scored(1), scored(-1)],
    })),
    trace: data.reduce((sum, value, at) => (at % (width + 1) === 0 ? sum + value : sum), 0),
    frobenius: normOf(data),
    provenance,
  };
}

export function layersOf(length: number, rows: number, seed: number): LayersResult {
  const random = seededRandom(seed);
  const data = randomArray(rows * length, random).map((value, at) => value ** 3 * (1 + Math.floor(at / length) / 2));
  const bias = randomArray(rows, random);
  const total = bias.map(
    (value, row) => value + data.subarray(row * length, (row + 1) * length).reduce((sum, v) => sum + v, 0),
  );
  return {
    matrix: {
      data,
      rows: { name: 'layer', length: rows },
      cols: { name: 'source', length },
      unit: 'logit',
      signed: true,
      causal: false,
    },
    bias,
    total,
    explains: 'logit mary − logit john',
    fidelity,
    provenance,
  };
}
