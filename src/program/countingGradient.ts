// The gradient primitives without numbers: shapes, and what they would dispatch. For the planner.

import type { Backend, DeviceArray, GradientPrimitives, MixShape, Signal } from './backend';
import type { WorkKind } from './costModel';

interface Counting {
  make(shape: readonly number[]): DeviceArray;
  free: Backend['free'];
  add(kind: WorkKind, size: number): void;
  readonly bytesPerNumber: number;
}

export function countingGradients({ make, free, add, bytesPerNumber }: Counting): GradientPrimitives {
  const signal = (firstToken: number, tokens: number, columns: number, channels: number): Signal => ({
    firstToken,
    tokens,
    columns,
    channels,
    data: make([tokens, columns, channels]),
  });
  const like = (x: Signal, channels = x.channels) => signal(x.firstToken, x.tokens, x.columns, channels);
  const overRows = (kind: 'norm' | 'elements', ...signals: readonly Signal[]) =>
    add(kind, bytesPerNumber * signals.reduce((sum, x) => sum + x.tokens * x.columns * x.channels, 0));
  const product = (kind: WorkKind, rows: Signal, tokens: number, shape: MixShape) =>
    add(kind, 2 * rows.tokens * rows.columns * tokens * shape.heads * shape.dHead);
  return {
    normGradient(g, x) {
      const out = like(g);
      overRows('norm', g, x, out);
      return out;
    },
    activationSlope(z) {
      overRows('elements', z, z);
      return make([z.tokens, z.channels]);
    },
    headProducts(x, y, shape) {
      product('mix', x, y.tokens, shape);
      return like(x, shape.heads * y.tokens);
    },
    contractKeys(p, y, shape) {
      product('mix', p, y.tokens, shape);
      return like(p, shape.heads * shape.dHead);
    },
    contractQueries(p, x, shape) {
      product('mixAdjoint', p, x.tokens, shape);
      const tokens = shape.causal ? p.firstToken + p.tokens : x.tokens;
      return signal(0, tokens, p.columns, shape.kvHeads * shape.dHead);
    },
    softmaxAdjoint(_pattern, g) {
      const out = like(g);
      overRows('norm', g, g, out);
      return out;
    },
    weighKeys(products) {
      const out = like(products);
      overRows('norm', products, products, out);
      return out;
    },
    capSlopes(q, k, shape) {
      const scores = make([shape.heads, q.tokens, k.tokens]);
      product('mix', q, k.tokens, { ...shape, causal: false });
      add('elements', 2 * bytesPerNumber * shape.heads * q.tokens * k.tokens);
      const slopes = make(scores.shape);
      free(scores);
      return slopes;
    },
    turn(x) {
      const out = like(x);
      overRows('elements', x, out);
      return out;
    },
  };
}
