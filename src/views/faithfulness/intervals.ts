// Means with their intervals as the page writes them. Pure.

import type { Interval } from '../../analysis/intervals';

const withMinus = (text: string) => text.replace('-', '−');

/** "0.53", "−0.02", "+0.53" when `signed`; never "−0.00". */
export function formatMean(value: number, signed = false): string {
  if (!Number.isFinite(value)) return 'not finite';
  const text = value.toFixed(2);
  const plain = Number(text) === 0 ? '0.00' : text;
  return `${signed && Number(text) > 0 ? '+' : ''}${withMinus(plain)}`;
}

/** "[0.47, 0.58]"; empty for one value alone, which has no interval. */
export function formatInterval({ low, high, count }: Interval, signed = false): string {
  return count < 2 ? '' : `[${formatMean(low, signed)}, ${formatMean(high, signed)}]`;
}
