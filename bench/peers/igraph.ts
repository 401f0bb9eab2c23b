// igraph (Python, compiled C) as a peer for attention flow, in a process of its own. An optional one: whoever has not installed it gets a sentence.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const answer = v.object({
  version: v.string(),
  cpuSeconds: v.pipe(v.number(), v.minValue(0)),
  pairsTimed: count,
  pairs: count,
  flow: v.array(v.tuple([count, count, v.number()])),
});
/** Seconds of this process's CPU for all pairs; extrapolated from the pairs timed when these are fewer. flow: [query, key, value]. */
export type IgraphFlow = v.InferOutput<typeof answer>;

export interface FlowProblem {
  readonly blocks: readonly Float64Array[]; // capacities [query, key], first block first
  readonly tokens: number;
  readonly causal: boolean;
}

const missingModule = 3;

/** Null: there is no Python, or it has no igraph. `budget`: CPU seconds after which it extrapolates. */
export async function igraphFlow({ blocks, tokens, causal }: FlowProblem, budget: number): Promise<IgraphFlow | null> {
  const request = { tokens, causal, budget, blocks: blocks.map((block) => [...block]) };
  const result = await runPython(join(process.cwd(), 'bench/peers/igraphFlow.py'), JSON.stringify(request));
  if (result === null || result.code === missingModule) return null;
  if (result.code !== 0) throw new Error(`igraphFlow.py ended with code ${result.code}: ${result.errors.slice(-300)}`);
  return v.parse(answer, JSON.parse(result.output));
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function runPython(script: string, input: string): Promise<Ended | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [script], { stdio: 'pipe' });
    const texts = { output: '', errors: '' };
    child.stdout.on('data', (chunk) => {
      texts.output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      texts.errors += chunk;
    });
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(null) : reject(error)));
    child.on('close', (code) => resolve({ code: code ?? 1, ...texts }));
    child.stdin.on('error', () => {}); // it ended before it read everything: its exit code says why
    child.stdin.end(input);
  });
}
