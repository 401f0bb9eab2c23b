import { defineConfig } from 'vitest/config';

// Two kinds: unit tests (`*.test.ts`, plain Node) and GPU kernel tests (`*.gpu.test.ts`, Node + Dawn; start them through scripts/withGpu.mjs).
// Forks, because Dawn crashes in worker threads.
const shared = { pool: 'forks', testTimeout: 120_000, hookTimeout: 60_000 } as const;
const gpu = 'src/**/*.gpu.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [gpu, '**/node_modules/**'],
        },
      },
      { extends: true, test: { ...shared, name: 'gpu', include: [gpu] } },
    ],
  },
});
