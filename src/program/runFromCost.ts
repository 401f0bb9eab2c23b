// Prices a run from a residual stream on: the run itself, on a backend without numbers.

import { createCountingBackend } from './countingBackend';
import type { PassCost } from './planner';
import { type Program, weightShape, weightsOf } from './program';
import { runFrom } from './runFrom';

export async function runFromCost(
  program: Program,
  tokens: number,
  bytesPerNumber: number,
): Promise<Omit<PassCost, 'streamed'>> {
  const backend = createCountingBackend(bytesPerNumber);
  const shapes = new Map(weightsOf(program).map((ref) => [ref.name, { shape: weightShape(ref) }]));
  const channels = program.dModel;
  const data = backend.zeros([tokens, 1, channels], 'x0');
  const anyTable = { get: () => ({ shape: [tokens, 1] }) } as unknown as ReadonlyMap<string, { shape: number[] }>;
  let flops = 0;
  const trace = await runFrom(
    { backend, weight: (name) => shapes.get(name)!, gateShares: { up: 1, gate: 0 } },
    program,
    { firstToken: 0, tokens, columns: 1, channels, data },
    anyTable,
    (cost) => {
      flops += cost;
    },
  );
  trace.dispose();
  return { flops, peakBytes: backend.memory().peak, work: backend.work() };
}
