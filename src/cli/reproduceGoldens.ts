// `npm run golden [-- --device reference]`: reproduces the golden fixtures through `analyze` and prints the worst error of every key as a
// Markdown table. Exit code 1 when one is beyond the limit.

import { parseArgs } from 'node:util';
import type { DeviceChoice } from '../engine/protocol';
import { goldenErrors, goldenModels, notCompared } from './goldens';

/** Of the value's scale, in float32 (issue 3). */
const limit = 1e-4;

export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { device: { type: 'string', default: 'auto' } } });
  const device = values.device as DeviceChoice;
  const columns: Map<string, number>[] = [];
  for (const model of goldenModels) columns.push(worstOf(await goldenErrors(model, device)));
  const keys = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort();
  const cell = (error: number | undefined) =>
    error === undefined ? '' : `${error.toExponential(1)}${error <= limit ? '' : ' TOO FAR'}`;
  console.log(`Worst max|a − b| / max|b| against the float64 goldens, device ${device}, limit ${limit}`);
  console.log(`| key | ${goldenModels.join(' | ')} |\n|---|${'---|'.repeat(goldenModels.length)}`);
  for (const key of keys) console.log(`| ${key} | ${columns.map((column) => cell(column.get(key))).join(' | ')} |`);
  console.log(`Not compared: ${notCompared.join(', ')}.`);
  return columns.every((column) => [...column.values()].every((error) => error <= limit)) ? 0 : 1;
}

/** Keys with a number behind (`attn.0`, `attn.1`) as one: `attn.k`, the worst of them. */
function worstOf(errors: ReadonlyMap<string, number>): Map<string, number> {
  const worst = new Map<string, number>();
  for (const [key, error] of errors) {
    const name = key.replace(/\.\d+$/, '.k');
    worst.set(name, Math.max(worst.get(name) ?? 0, error));
  }
  return worst;
}
