// The page's side of the benches: runs in the browser, hands every result to run.mjs through `window.report`.

import { embeddedFiles } from '../src/models/embedded';
import { contributionsBench } from './contributions';
import { openOurDevice } from './device';
import { forwardBench } from './forward';
import { gemm } from './gemm';
import { growthBench } from './growth';
import { jax } from './peers/jax';
import { ort } from './peers/ort';
import { ortForward } from './peers/ortForward';
import { planBench } from './plan';
import type { BenchLine, BenchOptions } from './report';

declare global {
  interface Window {
    /** Given by run.mjs. */
    report(line: BenchLine): Promise<void>;
    runBenches(options: BenchOptions): Promise<void>;
  }
}

window.runBenches = async (options) => {
  if (!crossOriginIsolated) throw new Error('The page is not isolated: its clock is too coarse to measure with.');
  const device = await openOurDevice(navigator.gpu);
  const embedded = (name: string) => embeddedFiles(new URL('./', location.href).href, name);
  const benches = [
    gemm(device, [jax, ort]),
    forwardBench(device, ortForward),
    contributionsBench(device, embedded),
    planBench(device, embedded),
    growthBench(device),
  ];
  for (const bench of benches) {
    await bench.run(options, (line) => window.report(line));
  }
};
