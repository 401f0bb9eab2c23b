// Prices a gradient before it touches the device, as planner.ts prices the linear readings: the reading itself, on a backend without numbers.

import type { DeviceArray, Signal } from './backend';
import { createCountingBackend } from './countingBackend';
import { gradient } from './gradient';
import type { GradientPath } from './gradientPath';
import { isLinearised } from './ops';
import { channelsOf } from './path';
import type { PassCost, PassRequest } from './planner';
import { type Program, type ValueName, weightShape, weightsOf } from './program';

export interface GradientCostRequest {
  readonly program: Program;
  readonly path: GradientPath;
  /** Tokens of the prompt. */
  readonly tokens: number;
  readonly bytesPerNumber: number;
  /** As in a pass request. */
  readonly streamed?: PassRequest['streamed'];
}

/** Cost of taking `columns` cotangents that stand at the tokens firstToken … firstToken + count − 1 back along the path. */
export async function gradientCost(
  { program, path, tokens, bytesPerNumber, streamed }: GradientCostRequest,
  firstToken: number,
  count: number,
  columns: number,
): Promise<PassCost> {
  const backend = createCountingBackend(bytesPerNumber);
  const shapes = new Map(weightsOf(program).map((ref) => [ref.name, { shape: weightShape(ref) }]));
  const ofTokens = { shape: [program.heads, tokens, tokens] };
  const frozen = {
    pattern: ofTokens,
    inverseSigma: ofTokens,
    multiplier: ofTokens,
    up: ofTokens,
    gate: ofTokens,
    values: ofTokens,
    factor: ofTokens,
    ones: ofTokens,
    weights: { shape: [1, 1, tokens] },
  };
  const kept: ReadonlySet<ValueName> = new Set([...program.hidden, program.output]);
  const stream: Signal = {
    firstToken: 0,
    tokens,
    columns: 1,
    channels: program.dModel,
    data: { shape: [tokens, 1, program.dModel] },
  };
  const last = path.ops.at(-1);
  const channels = last && isLinearised(last) ? channelsOf(last) : program.dModel;
  const data = backend.zeros([count, columns, channels], 'start');
  const start = { firstToken, tokens: count, columns, channels, data };
  let flops = 0;
  await gradient(
    { backend, weight: (name) => shapes.get(name)!, gateShares: path.rule.gate },
    path,
    {
      frozenOf: () => frozen,
      known: (name) => (kept.has(name) ? stream : undefined),
      table: (_name, shape): DeviceArray => ({ shape }),
    },
    start,
    (cost) => {
      flops += cost;
    },
  );
  return { flops, peakBytes: backend.memory().peak, work: backend.work(), streamed: streamed?.(path.ops) ?? 0 };
}
