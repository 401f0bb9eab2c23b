// torch (Python) as a peer of the `gemm` bench: float32 without TF32, on CUDA where it has one (its BLAS), else on the CPU. In a process of its own,
// which keeps A, B and C and multiplies when it is told to. Optional: whoever has not installed it gets a sentence.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { type Multiplier, NotInstalled, type PreparedProduct, type Product } from './product';

const missingModule = 3;
const hello = v.object({ device: v.string(), version: v.string() });
const answers = { run: v.object({ done: v.number() }), read: v.object({ c: v.string() }) };

export const torch: Multiplier = {
  name: 'torch float32',
  async prepare({ m, k, n, a, b }: Product): Promise<PreparedProduct> {
    const child = spawn('python3', [join(process.cwd(), 'bench/peers/torchGemm.py')], { stdio: 'pipe' });
    const talk = conversation(child);
    talk.say({ m, k, n, a: base64(a), b: base64(b) });
    const { device, version } = v.parse(hello, await talk.hear());
    return {
      device: `${device}, torch ${version}`,
      async run(times) {
        talk.say({ run: times });
        v.parse(answers.run, await talk.hear());
      },
      async read() {
        talk.say({ read: true });
        const bytes = Buffer.from(v.parse(answers.read, await talk.hear()).c, 'base64');
        return new Float32Array(Uint8Array.from(bytes).buffer);
      },
      async free() {
        const ended = new Promise((done) => child.once('close', done));
        child.stdin.end();
        await ended;
      },
    };
  },
};

/** One JSON value a line, both ways. `hear` rejects when the process has ended. */
function conversation(child: ChildProcessWithoutNullStreams) {
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdin.on('error', () => {}); // it ended before it read everything: its exit code says why
  const ended = new Promise<Error>((done) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      done(error.code === 'ENOENT' ? new NotInstalled('there is no python3 here') : error),
    );
    child.on('close', (code) =>
      done(
        code === missingModule
          ? new NotInstalled('torch is not installed for python3')
          : new Error(`torchGemm.py ended with code ${code}: ${errors.slice(-300)}`),
      ),
    );
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    say: (value: unknown) => void child.stdin.write(`${JSON.stringify(value)}\n`),
    async hear(): Promise<unknown> {
      const next = await lines.next().catch(() => ({ done: true }) as const);
      if (next.done) throw await ended;
      return JSON.parse(next.value);
    },
  };
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
