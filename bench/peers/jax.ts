// jax-js as a peer: jitted np.matmul on the WebGPU device that jax-js makes for itself. It is lazy: nothing is submitted before
// `blockUntilReady`. A call consumes its arguments, so every use takes `.ref`, and every result is disposed of.

import { blockUntilReady, defaultDevice, getWebGPUDevice, init, jit, numpy as np } from '@jax-js/jax';
import type { Multiplier } from './product';

export const jax: Multiplier = {
  name: 'jax-js',
  async prepare({ m, k, n, a, b }) {
    if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js finds no WebGPU device');
    defaultDevice('webgpu'); // it would compute in WebAssembly
    const x = np.array(a).reshape([m, k]);
    const y = np.array(b).reshape([k, n]);
    await blockUntilReady([x, y]);
    const { queue } = getWebGPUDevice();
    const matmul = jit((p: np.Array, q: np.Array) => np.matmul(p, q));
    return {
      async run(times) {
        const results = Array.from({ length: times }, () => matmul(x.ref, y.ref));
        await blockUntilReady(results);
        await queue.onSubmittedWorkDone(); // its own wait is a copy of zero bytes: not depended on here
        for (const result of results) result.dispose();
      },
      read: async () => (await matmul(x.ref, y.ref).data()) as Float32Array,
      free() {
        x.dispose();
        y.dispose();
        matmul.dispose();
      },
    };
  },
};
