// The Node side of the benches: runs them in this process (WebGPU through Dawn) and prints every result as a line of JSON. run.mjs starts it, with
// {benches, page options} as JSON in the only argument.

import * as v from 'valibot';
import { nodeGpu } from '../src/gpu/nodeGpu';
import { folderFiles } from '../src/models/folder';
import { contributionsBench } from './contributions';
import { openOurDevice } from './device';
import { flowBench } from './flow';
import { forwardBench } from './forward';
import { gemm } from './gemm';
import { growthBench } from './growth';
import { torch } from './peers/torch';
import { planBench } from './plan';
import type { Bench } from './report';

const positive = v.pipe(v.number(), v.gtValue(0));
const requested = v.object({
  /** `cpu`: what needs no graphics device. */
  benches: v.picklist(['all', 'cpu']),
  options: v.object({
    only: v.string(),
    rounds: positive,
    turnMs: positive,
    singleTurnMs: positive,
    budgetMs: positive,
  }),
});

export async function main([request = '']: string[]): Promise<number> {
  const { benches, options } = v.parse(requested, JSON.parse(request));
  let code = 0;
  for (const bench of benches === 'cpu' ? [flowBench] : [flowBench, ...(await onDevice())]) {
    await bench.run(options, async (line) => {
      if (line.error) code = 1;
      console.log(JSON.stringify(line));
    });
  }
  return code;
}

async function onDevice(): Promise<Bench[]> {
  const device = await openOurDevice(await nodeGpu());
  const embedded = (name: string) => folderFiles(`public/models/${name}`);
  return [
    gemm(device, [torch]),
    forwardBench(device, []),
    contributionsBench(device, embedded),
    planBench(device, embedded),
    growthBench(device),
  ];
}
