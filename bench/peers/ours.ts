// Our side of the GEMM race: the backend's `linear`, as the engine calls it (checks, buffer pool and recorder included).

import type { Backend } from '../../src/program/backend';
import type { Multiplier } from './product';

export function ourMultiplier(backend: Backend): Multiplier {
  return {
    name: 'ours',
    async prepare({ m, k, n, a, b }) {
      const data = backend.upload(a, [m, 1, k], 'A');
      const weight = backend.upload(b, [k, n], 'B');
      const multiply = () =>
        backend.linear({ firstToken: 0, tokens: m, columns: 1, channels: k, data }, weight, 'inOut', null).data;
      return {
        async run(times) {
          for (let i = 0; i < times; i++) backend.free(multiply());
          await backend.finish();
        },
        async read() {
          const product = multiply();
          try {
            return await backend.read(product);
          } finally {
            backend.free(product);
          }
        },
        free() {
          backend.free(data);
          backend.free(weight);
        },
      };
    },
  };
}
