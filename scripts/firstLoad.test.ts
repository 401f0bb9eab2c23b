// The check of the first scripts that the build makes: what it counts, and what it refuses.

import { describe, expect, it } from 'vitest';
import { type Built, type BuiltChunk, firstChunks, firstLoadErrors } from './lib/firstLoad';

const chunk = (changes: Partial<BuiltChunk>): BuiltChunk => ({
  type: 'chunk',
  isEntry: false,
  imports: [],
  code: 'x',
  moduleIds: [],
  ...changes,
});
/** Digits that do not compress to less than two fifths. */
const noise = (length: number) => Array.from({ length }, (_, at) => Math.sin(at).toString().at(-3)).join('');

const built: Built = {
  'page.js': chunk({ isEntry: true, imports: ['shared.js'], code: noise(3000) }),
  'shared.js': chunk({ imports: ['page.js'], code: noise(2000) }),
  'later.js': chunk({ code: noise(90_000), moduleIds: ['/x/node_modules/onnxruntime-web/dist/ort.mjs'] }),
  'page.css': { type: 'asset' },
};

describe('the first scripts', () => {
  it('are the entry and what it imports statically', () => {
    expect([...firstChunks(built).keys()]).toEqual(['page.js', 'shared.js']);
    expect(firstLoadErrors(built, 5000)).toEqual([]);
  });

  it('may not grow past the limit, all together', () => {
    const [sentence] = firstLoadErrors(built, 2000);
    expect(sentence).toMatch(
      /^The first scripts \(page\.js, shared\.js\) take 2\.\d kB compressed, the limit is 2\.0 kB/,
    );
  });

  it.each([
    '/x/node_modules/onnxruntime-web/dist/ort.mjs',
    '/x/node_modules/@huggingface/tokenizers/dist/index.js',
    '/x/node_modules/@huggingface/jinja/dist/index.js',
    '/x/node_modules/jpeg-js/index.js',
    '/x/src/app/exports.ts',
    '/x/src/app/bar/HelpText.tsx',
  ])('may not hold %s', (id) => {
    const holding = { ...built, 'shared.js': chunk({ moduleIds: ['/x/src/a.ts', id] }) };
    expect(firstLoadErrors(holding, 5000)).toEqual([
      `${id} is in shared.js, which is loaded at once: import() it where it is used.`,
    ]);
  });

  it('a build without an entry is refused', () => {
    expect(firstLoadErrors({ 'later.js': chunk({}) }, 5000)).toEqual(['The build has no entry.']);
  });
});
