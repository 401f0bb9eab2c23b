// Geometry of the shares: every sublayer's parts stacked on one scale, what adds to the right of zero, what takes to the left. Pure.

import type { SublayerShare } from '../../analysis/flowShares';

export interface Segment {
  readonly name: string;
  readonly kind: 'through' | 'past' | 'bias' | 'later';
  readonly value: number;
  /** Pixels. */
  readonly from: number;
  readonly to: number;
}

export interface ShareBars {
  /** A list of segments a sublayer, each from zero outwards. */
  readonly bars: readonly (readonly Segment[])[];
  readonly zero: number;
  /** Where the explained number ends. */
  readonly total: number;
}

export function shareBars(shares: readonly SublayerShare[], total: number, width: number): ShareBars {
  const parts = shares.map((share) => {
    const through =
      share.sublayer === 'attention'
        ? share.heads.map((value, head) => ({ name: `head ${share.block}.${head}`, kind: 'through' as const, value }))
        : [{ name: `FFN ${share.block}`, kind: 'through' as const, value: share.through }];
    return [
      ...through,
      { name: 'past it, on the residual stream', kind: 'past' as const, value: share.past },
      { name: 'biases there', kind: 'bias' as const, value: share.bias },
      { name: 'biases later', kind: 'later' as const, value: share.later },
    ].filter(({ value }) => value !== 0);
  });
  const side = (values: readonly { readonly value: number }[], sign: 1 | -1) =>
    values.reduce((sum, { value }) => sum + (value * sign > 0 ? value : 0), 0);
  const low = Math.min(0, total, ...parts.map((list) => side(list, -1)));
  const high = Math.max(0, total, ...parts.map((list) => side(list, 1)));
  const place = (value: number) => (high === low ? 0 : ((value - low) / (high - low)) * width);
  return {
    zero: place(0),
    total: place(total),
    bars: parts.map((list) => {
      const reached = { plus: 0, minus: 0 };
      return list.map((part) => {
        const key = part.value > 0 ? 'plus' : 'minus';
        const start = reached[key];
        reached[key] += part.value;
        const ends = [place(start), place(reached[key])] as const;
        return { ...part, from: Math.min(...ends), to: Math.max(...ends) };
      });
    }),
  };
}
