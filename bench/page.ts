// The page's side of the benches: runs in the browser, hands every result to run.mjs through `window.report`.

import { contributionsBench } from './contributions';
import { openOurDevice } from './device';
import { gemm } from './gemm';
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
  const device = await openOurDevice();
  for (const bench of [gemm(device), contributionsBench(device), planBench(device)]) {
    await bench.run(options, (line) => window.report(line));
  }
};
