// The engine for `?debug=1`: the same answers, and beside each one what it took: plan, kernels, times. Questions that dispatch work are answered one
// after another, so that what is counted belongs to one of them. Loaded only when it is asked for.

import type { KernelUse, Profile } from '../gpu/profile';
import type { Answered, CallName, CallOptions, EngineApi, Plan } from './protocol';

/** Calls that dispatch work. */
const traced = [
  'run',
  'runBeside',
  'map',
  'row',
  'slice',
  'pair',
  'layers',
  'masked',
  'wordMatch',
  'checkLogits',
] as const satisfies readonly CallName[];

/** `profile`: of the device that is open; null: it is the CPU. */
export function tracedEngine(
  engine: EngineApi,
  profile: () => Profile | null,
  tell: (answered: Answered) => void,
): EngineApi {
  let last: Promise<unknown> = Promise.resolve();

  function inTurn(call: (typeof traced)[number]) {
    const ask = engine[call] as (request: unknown, options?: CallOptions) => Promise<unknown>;
    return (request: unknown, options?: CallOptions): Promise<unknown> => {
      const turn = last.then(() => answer());
      last = turn.catch(() => {});
      return turn;

      async function answer(): Promise<unknown> {
        await profile()?.take(); // what a calibration has dispatched meanwhile
        const start = performance.now();
        const reply = await ask(request, options);
        const seconds = (performance.now() - start) / 1000;
        const kernels: readonly KernelUse[] | null = (await profile()?.take()) ?? null;
        tell({ call, request: called(request), plan: planOf(reply), seconds, kernels });
        return reply;
      }
    };
  }

  return { ...engine, ...Object.fromEntries(traced.map((call) => [call, inTurn(call)])) };
}

function planOf(reply: unknown): Plan | null {
  const { provenance } = reply as { provenance?: { plan: Plan | null } };
  return provenance?.plan ?? null;
}

/** As JSON, without large arrays. */
function called(request: unknown): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    ArrayBuffer.isView(value) ? `${value.byteLength} bytes` : value,
  );
}
