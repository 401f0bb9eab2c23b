// What a reader waits for before the first picture: the scripts that index.html loads at once. The build fails when they grow past the limit, or
// when a part that is heavy and not always needed has slipped into them.

import { gzipSync } from 'node:zlib';

/** What is needed of a chunk of Vite's output. */
export interface BuiltChunk {
  readonly type: 'chunk';
  readonly isEntry: boolean;
  readonly imports: readonly string[];
  readonly code: string;
  readonly moduleIds: readonly string[];
}

export type Built = Readonly<Record<string, BuiltChunk | { readonly type: 'asset' }>>;

/** Of JavaScript, compressed by gzip. */
export const firstLoadLimit = 250_000;

/** Parts that load when they are used: in neither the page's nor the worker's first scripts. */
const heavyParts = [
  /node_modules\/onnxruntime-web\//,
  /node_modules\/@huggingface\/tokenizers\//,
  /node_modules\/@huggingface\/jinja\//,
  /node_modules\/(jpeg-js|fast-png)\//,
  /src\/app\/exports\.ts$/,
  /src\/app\/bar\/HelpText\.tsx$/,
  /src\/engine\/onnx\/runtime\.ts$/,
  /src\/(app\/debug\/|engine\/traced\.ts$|gpu\/profile\.ts$)/,
];

/** The entries and all that they import statically, by file name. */
export function firstChunks(built: Built): Map<string, BuiltChunk> {
  const found = new Map<string, BuiltChunk>();
  const visit = (name: string) => {
    const chunk = built[name];
    if (chunk?.type !== 'chunk' || found.has(name)) return;
    found.set(name, chunk);
    for (const imported of chunk.imports) visit(imported);
  };
  for (const [name, chunk] of Object.entries(built)) if (chunk.type === 'chunk' && chunk.isEntry) visit(name);
  return found;
}

/** What is wrong with a build's first scripts, in sentences; empty: nothing. `limit`: bytes, compressed. */
export function firstLoadErrors(built: Built, limit: number): readonly string[] {
  const chunks = firstChunks(built);
  if (chunks.size === 0) return ['The build has no entry.'];
  const errors: string[] = [];
  const bytes = [...chunks.values()].reduce((sum, { code }) => sum + gzipSync(code).length, 0);
  if (bytes > limit) {
    const names = [...chunks.keys()].join(', ');
    errors.push(
      `The first scripts (${names}) take ${kilobytes(bytes)} compressed, the limit is ${kilobytes(limit)}: import() what is not needed at once.`,
    );
  }
  for (const [name, { moduleIds }] of chunks) {
    for (const id of moduleIds) {
      if (!heavyParts.some((part) => part.test(id))) continue;
      errors.push(`${id} is in ${name}, which is loaded at once: import() it where it is used.`);
    }
  }
  return errors;
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** The check as a plugin of Vite, for the page and, without a limit, for its worker. */
export function checkFirstLoad(limit = Number.POSITIVE_INFINITY) {
  return {
    name: 'check-first-load',
    apply: 'build' as const,
    enforce: 'post' as const,
    generateBundle(this: { error(sentence: string): never }, _options: unknown, built: unknown) {
      const errors = firstLoadErrors(built as Built, limit);
      if (errors.length > 0) this.error(errors.join('\n'));
    },
  };
}
