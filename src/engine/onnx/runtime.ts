// ONNX Runtime Web on the CPU (float32, WebAssembly), as another program's word on a model. Loaded when it is first asked for: it is large.

import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { OnnxFiles } from '../../models/onnxFiles';
import type { RunInput } from '../../program/input';
import { UserError } from '../../tensor/errors';
import { feedsFor, type OnnxInput } from './feeds';

env.wasm.wasmPaths = { wasm: wasmUrl }; // else it looks beside the page's own script
env.wasm.numThreads = 1; // its threads would need workers of their own in this worker
env.logLevel = 'error';

export interface OnnxOutput {
  readonly name: 'logits' | 'last_hidden_state';
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface OnnxModel {
  run(input: RunInput): Promise<OnnxOutput>;
  dispose(): Promise<void>;
}

const outputs = ['logits', 'last_hidden_state'] as const;

/** UserError 'bad-model' when ONNX Runtime refuses the file, 'unsupported-model' when its inputs or outputs are not the usual ones. */
export async function openOnnx({ model, external }: OnnxFiles): Promise<OnnxModel> {
  const options = { executionProviders: ['wasm'], externalData: [...external], logSeverityLevel: 3 } as const;
  const session = await InferenceSession.create(model, options).catch((cause: unknown) => {
    throw new UserError('bad-model', `ONNX Runtime cannot open the file: ${firstLine(cause)}`, { cause });
  });
  const name = outputs.find((each) => session.outputNames.includes(each));
  if (name === undefined) {
    await session.release();
    throw new UserError(
      'unsupported-model',
      `The ONNX file gives ${session.outputNames.join(', ')}, not logits: there is nothing to compare.`,
    );
  }
  const inputs: OnnxInput[] = session.inputMetadata.map((each) => ({
    name: each.name,
    type: each.isTensor ? each.type : 'no tensor',
    shape: each.isTensor ? each.shape : [],
  }));
  return {
    async run(input) {
      const feeds = [...feedsFor(inputs, input)].map(
        ([key, { type, data, dims }]) => [key, new Tensor(type, data as never, dims)] as const,
      );
      const results = await session.run(Object.fromEntries(feeds), [name]).catch((cause: unknown) => {
        throw new UserError('bad-model', `ONNX Runtime could not run the model: ${firstLine(cause)}`, { cause });
      });
      const { data, dims } = results[name]!;
      if (!(data instanceof Float32Array)) {
        throw new UserError('unsupported-model', `The ONNX file gives its ${name} in another type than float32.`);
      }
      return { name, data, dims };
    },
    dispose: () => session.release(),
  };
}

const firstLine = (cause: unknown) => String((cause as Error)?.message ?? cause).split('\n')[0]!;
