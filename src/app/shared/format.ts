// Sizes, counts and times as the page writes them.

import type { Plan } from '../../engine/protocol';

function scaled(value: number, base: number, units: readonly string[]): string {
  let size = value;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  const digits = size >= 100 || unit === 0 ? 0 : size >= 10 ? 0 : 1;
  return `${size.toFixed(digits)} ${units[unit]}`;
}

export function formatBytes(bytes: number): string {
  return scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** "135 M". */
export function formatCount(count: number): string {
  return scaled(count, 1000, ['', 'k', 'M', 'G', 'T']).trim();
}

export function formatFlops(flops: number): string {
  return scaled(flops, 1000, ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP']);
}

export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

/** "4.2 GFLOP, 12 MB, about 1.3 s", as far as it is known; of so many of them. */
export function planWords({ flops, peakBytes, seconds }: Pick<Plan, 'flops'> & Partial<Plan>, times = 1): string {
  return [
    formatFlops(flops * times),
    ...(peakBytes === undefined ? [] : [formatBytes(peakBytes)]),
    ...(seconds == null ? [] : [`about ${formatSeconds(seconds * times)}`]),
  ].join(', ');
}

/** ".99", "1.0": a probability in two digits beside a token. */
export function formatProbability(probability: number): string {
  if (probability >= 0.995) return '1.0';
  return probability < 0.005 ? '.00' : probability.toFixed(2).slice(1);
}
