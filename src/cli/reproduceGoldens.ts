// `npm run golden [-- --device reference] [-- NAME …]`: reproduces the golden fixtures, all or those named, through `analyze` and prints the worst
// error of every key as a Markdown table, a model a row. Exit code 1 when one is beyond the limit.

import { parseArgs } from 'node:util';
import type { DeviceChoice } from '../engine/protocol';
import { goldenErrors, goldenModels, notCompared } from './goldens';
import { createNodeEngine, openNodeDevice } from './nodeEngine';

/** Of the value's scale, in float32: a hundred times what is measured, and below the smallest usual mistake. */
const limit = 1e-4;

export async function main(argv: readonly string[]): Promise<number> {
  const options = { device: { type: 'string', default: 'auto' } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const device = values.device as DeviceChoice;
  const models = positionals.length > 0 ? positionals : goldenModels;
  const rows: Map<string, number>[] = [];
  const opened = await openNodeDevice(device, 'f32'); // one for all: opening it takes longer than most models
  const createEngine = () => createNodeEngine(async () => ({ ...opened, dispose() {} }));
  for (const model of models) rows.push(worstOf(await goldenErrors(model, device, createEngine)));
  opened.dispose();
  const keys = [...new Set(rows.flatMap((row) => [...row.keys()]))].sort();
  const cell = (error: number | undefined) =>
    error === undefined ? '' : `${error.toExponential(1)}${error <= limit ? '' : ' TOO FAR'}`;
  console.log(`Worst max|a − b| / max|b| against the float64 goldens, device ${device}, limit ${limit}`);
  console.log(`| model | ${keys.join(' | ')} |\n|---|${'---|'.repeat(keys.length)}`);
  for (const [at, model] of models.entries()) {
    console.log(`| ${model} | ${keys.map((key) => cell(rows[at]!.get(key))).join(' | ')} |`);
  }
  console.log(`Not compared: ${notCompared.join(', ')}.`);
  return rows.every((row) => [...row.values()].every((error) => error <= limit)) ? 0 : 1;
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
