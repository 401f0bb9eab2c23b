// The import rules, on small made-up sources.
import { expect, test } from 'vitest';
import { checkImports } from './checkImports.mjs';

const check = (files: Record<string, string>) => checkImports(new Map(Object.entries(files)));

test('imports downwards, of packages, of shaders by kernels and of a worker by its client are fine', () => {
  expect(
    check({
      'src/tensor/matrix.ts': 'export type Matrix = number[]; // GPUDevice, window.document',
      'src/gpu/device.ts': "import type { Matrix } from '../tensor/matrix.ts'; export const d = navigator.gpu;",
      'src/kernels/add.ts': "import wgsl from '../../shaders/add.wgsl?raw'; import { d } from '../gpu/device';",
      'shaders/add.wgsl': '',
      'src/engine/client.ts': "new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });",
      'src/engine/worker.ts': "import '../kernels/add.ts';",
      'src/engine/protocol.ts': 'export type Request = 1;',
      'src/views/grid/View.tsx':
        "import { useRef } from 'react'; import type { Request } from '../../engine/protocol.ts'; export const v = <p>{useRef(1)}</p>;",
      'src/main.tsx': "import './views/grid/View.tsx'; import './main.css';",
      'src/main.css': '',
    }),
  ).toEqual([]);
});

test.each([
  ["import { a } from '../gpu/a.ts';"],
  ["import type { a } from '../gpu/a.ts';"],
  ["export * from '../gpu/a';"],
  ["export { a } from '../gpu/a';"],
  ["const a = import('../gpu/a.ts');"],
  ["type A = import('../gpu/a.ts').A;"],
  ["new Worker(new URL('../gpu/a.ts', import.meta.url));"],
  ["import.meta.glob('../gpu/*.ts');"],
  ["import a from '../gpu/a.ts?raw';"],
])('an import upwards is found in %s', (line) => {
  const problems = check({ 'src/tensor/t.ts': `\n${line}`, 'src/gpu/a.ts': 'export const a = 1;' });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^src\/tensor\/t\.ts:2 imports \.\.\/gpu.*: tensor may not import gpu$/);
});

test('imports in comments and strings do not count', () => {
  const text = "// import '../gpu/a.ts'\nexport const s = \"import '../gpu/a.ts'\"; /* from '../gpu/a.ts' */";
  expect(check({ 'src/tensor/t.ts': text, 'src/gpu/a.ts': '' })).toEqual([]);
});

test('of engine, views may import the protocol only, and the message says so', () => {
  const view = (name: string) => ({
    'src/views/v.ts': `import '../engine/${name}.ts';`,
    [`src/engine/${name}.ts`]: '',
  });
  expect(check(view('protocol'))).toEqual([]);
  expect(check(view('engine'))).toEqual([
    'src/views/v.ts:1 imports ../engine/engine.ts: views may not import engine (only engine/protocol)',
  ]);
});

test('tests import anything, and only tests import them', () => {
  const files = {
    'src/tensor/t.test.ts': "import '../gpu/a.ts'; import './testing/cases.ts';",
    'src/tensor/testing/cases.ts': "import '../../gpu/a.ts'; export const w = window.name;",
    'src/gpu/a.ts': '',
  };
  expect(check(files)).toEqual([]);
  expect(check({ ...files, 'src/gpu/b.ts': "import '../tensor/testing/cases.ts';" })).toEqual([
    'src/gpu/b.ts:1 imports ../tensor/testing/cases.ts: only tests may import tests and testing/',
  ]);
});

test('a missing file and a folder outside the table are named', () => {
  expect(check({ 'src/misc/a.ts': '', 'src/tensor/t.ts': "import './gone.ts';" })).toEqual([
    'src/misc/a.ts: src/misc is not in the table of layers (scripts/checkImports.mjs)',
    'src/tensor/t.ts:1 imports ./gone.ts: there is no such file',
  ]);
});

test('a cycle is printed in order, types and workers included', () => {
  expect(
    check({
      'src/gpu/a.ts': "import type { B } from './b.ts'; import './d.ts';",
      'src/gpu/b.ts': "new Worker(new URL('./c.ts', import.meta.url));",
      'src/gpu/c.ts': "export * from './a.ts';",
      'src/gpu/d.ts': "import './b.ts';",
    }),
  ).toEqual(['cycle: src/gpu/a.ts -> src/gpu/b.ts -> src/gpu/c.ts -> src/gpu/a.ts']);
});

test('plain layers name no GPU and no page, unless the name is their own', () => {
  expect(
    check({
      'src/models/a.ts': 'export function f(device: GPUDevice) {\n  return document.title + device.label;\n}',
      'src/models/b.ts':
        'export const g = (window: { size: number }, o: { window: { n: 1 } }) => window.size + o.window.n;',
      'src/gpu/c.ts': 'export const h = (device: GPUDevice) => navigator.gpu && device;',
    }),
  ).toEqual([
    'src/models/a.ts:1 uses GPUDevice: models runs in plain Node, without GPU and page',
    'src/models/a.ts:2 uses document: models runs in plain Node, without GPU and page',
  ]);
});
