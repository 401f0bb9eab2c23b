// `npm run imports`: imports under src/ point one way, make no cycles, and the layers that run in plain Node name no GPU and no page.
// The rules are the two tables below; the rest of the file reads the sources (with Vite's parser) and compares.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync } from 'vite';
import { root } from './lib/run.mjs';

// Each layer is a folder of src/, and may import itself and what stands behind it: layers, single files of a layer, or `shaders`.
export const layers = {
  tensor: [],
  reference: ['tensor'],
  program: ['tensor'],
  models: ['tensor', 'program'],
  gpu: ['tensor'],
  kernels: ['tensor', 'gpu', 'shaders'],
  attribution: ['tensor', 'program', 'engine/protocol'],
  analysis: ['tensor', 'program', 'attribution', 'engine/protocol'],
  engine: ['tensor', 'reference', 'program', 'models', 'gpu', 'kernels', 'attribution', 'analysis'],
  share: ['tensor', 'engine/protocol'],
  state: ['tensor', 'share', 'attribution', 'analysis', 'engine/protocol', 'engine/stored'],
  views: ['tensor', 'state', 'share', 'analysis', 'engine/protocol'],
  app: [
    'tensor',
    'share',
    'state',
    'views',
    'attribution',
    'analysis',
    'engine/protocol',
    'engine/client',
    'engine/stored',
  ],
  cli: [
    'tensor',
    'reference',
    'program',
    'models',
    'gpu',
    'kernels',
    'attribution',
    'analysis',
    'engine',
    'share',
    'shaders',
  ],
};

// Layers that run in plain Node: no GPU types, no page.
export const plainLayers = ['tensor', 'reference', 'program', 'models'];
const gpuName = /^GPU[A-Z]/;
const pageNames = new Set(['document', 'navigator', 'window']);

// Tests and what they share may import anything; nothing else may import them.
const isTest = (path) => /\.test\.tsx?$/.test(path) || path.includes('/testing/');
const isSource = (path) => /\.tsx?$/.test(path);

/** src/gpu/device.ts -> gpu; shaders/add.wgsl -> shaders; a file directly in src/ (the page's entry) belongs to app. */
function layerOf(path) {
  const [first, second, ...rest] = path.split('/');
  if (first !== 'src') return first;
  return rest.length === 0 ? 'app' : second;
}

function mayImport(layer, target) {
  const inside = target.replace(/^src\//, '').replace(/\.\w+$/, '');
  return layerOf(target) === layer || layers[layer].some((entry) => inside === entry || inside.startsWith(`${entry}/`));
}

function* nodes(value) {
  if (Array.isArray(value)) for (const item of value) yield* nodes(item);
  else if (value !== null && typeof value === 'object') {
    if (typeof value.type === 'string') yield value;
    for (const child of Object.values(value)) yield* nodes(child);
  }
}

function literal(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

const isImportMeta = (node, name) =>
  node?.type === 'MemberExpression' && node.object.type === 'MetaProperty' && node.property.name === name;

/** What a node imports, as written: imports and re-exports (of types too), import(), workers' URLs, globs up to their first star. */
function specifiersOf(node) {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return [literal(node.source)];
    case 'NewExpression':
      return node.callee.name === 'URL' && isImportMeta(node.arguments[1], 'url') ? [literal(node.arguments[0])] : [];
    case 'CallExpression': {
      if (!isImportMeta(node.callee, 'glob')) return [];
      const patterns = node.arguments[0]?.type === 'ArrayExpression' ? node.arguments[0].elements : [node.arguments[0]];
      return patterns.map((pattern) => literal(pattern)?.replace(/\*.*$/s, '*'));
    }
    default:
      return [];
  }
}

/** Names that the file itself declares: a sliding window may be called `window`. */
function declaredNames(all) {
  const names = new Set();
  const pattern = (node) => {
    for (const inner of nodes(node)) if (inner.type === 'Identifier') names.add(inner.name);
  };
  for (const node of all) {
    if (node.type === 'VariableDeclarator') pattern(node.id);
    else if (Array.isArray(node.params)) pattern(node.params);
    else if (node.type.startsWith('Import') && node.local) names.add(node.local.name);
  }
  return names;
}

function forbiddenName(node, declared) {
  if (node.type === 'Identifier' && gpuName.test(node.name)) return node.name;
  const page = node.type === 'MemberExpression' && node.object.type === 'Identifier' ? node.object.name : undefined;
  return pageNames.has(page) && !declared.has(page) ? page : undefined;
}

/**
 * One file's imports and forbidden names, with their lines.
 * @param {string} path
 * @param {string} text
 */
function read(path, text) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  const lineOf = (node) => text.slice(0, node.start).split('\n').length;
  const all = [...nodes(program)];
  const imports = all.flatMap((node) =>
    specifiersOf(node)
      .filter((specifier) => specifier?.startsWith('.') || specifier?.startsWith('/'))
      .map((specifier) => ({ specifier, line: lineOf(node) })),
  );
  const declared = declaredNames(all);
  const names = all.flatMap((node) => {
    const name = forbiddenName(node, declared);
    return name ? [{ name, line: lineOf(node) }] : [];
  });
  return { imports, names };
}

/** The file that a relative import means; undefined when there is none. */
function target(from, specifier, exists) {
  const bare = specifier.replace(/\?.*$/s, '');
  const path = bare.startsWith('/') ? bare.slice(1) : posix.join(posix.dirname(from), bare);
  const endings = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'];
  return endings.map((ending) => path + ending).find(exists);
}

/** Groups of files that import one another in a circle (Tarjan's strongly connected components). */
function circles(graph) {
  const state = new Map();
  const stack = [];
  const found = [];
  const visit = (file) => {
    const own = { index: state.size, low: state.size, open: true };
    state.set(file, own);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      const other = state.get(next) ?? visit(next);
      if (other.open) own.low = Math.min(own.low, other.low);
    }
    if (own.low === own.index) {
      const group = stack.splice(stack.indexOf(file));
      for (const member of group) state.get(member).open = false;
      if (group.length > 1 || graph.get(file)?.includes(file)) found.push(group);
    }
    return own;
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return found;
}

/** The shortest way round within a circle: a, b, …, a. */
function wayRound(group, graph) {
  const start = [...group].sort()[0];
  const queue = [[start]];
  const seen = new Set();
  for (const path of queue) {
    for (const next of graph.get(path.at(-1)) ?? []) {
      if (next === start) return [...path, start];
      if (group.includes(next) && !seen.has(next)) {
        seen.add(next);
        queue.push([...path, next]);
      }
    }
  }
  return group;
}

/**
 * All violations, one sentence each.
 * @param {Map<string, string>} files path -> text of everything under src/, paths from the root with slashes
 * @param {(path: string) => boolean} [exists] for files outside (shaders)
 * @returns {string[]}
 */
export function checkImports(files, exists = () => false) {
  const problems = [];
  const graph = new Map();
  const known = (path) => files.has(path) || exists(path);
  for (const [path, text] of files) {
    if (!isSource(path)) continue;
    const layer = layerOf(path);
    const { imports, names } = read(path, text);
    const edges = [];
    if (!layers[layer]) problems.push(`${path}: src/${layer} is not in the table of layers (scripts/checkImports.mjs)`);
    for (const { specifier, line } of imports) {
      const glob = specifier.endsWith('*');
      const to = glob ? posix.join(posix.dirname(path), specifier.slice(0, -1)) : target(path, specifier, known);
      const where = `${path}:${line} imports ${specifier}`;
      if (!to) {
        problems.push(`${where}: there is no such file`);
        continue;
      }
      if (!glob) edges.push(to);
      if (isTest(path)) continue;
      if (isTest(to)) problems.push(`${where}: only tests may import tests and testing/`);
      else if (layers[layer] && !mayImport(layer, to)) {
        problems.push(`${where}: ${layer} may not import ${layerOf(to)}${partOf(layer, to)}`);
      }
    }
    graph.set(path, edges);
    if (!isTest(path) && plainLayers.includes(layer)) {
      for (const { name, line } of names) {
        problems.push(`${path}:${line} uses ${name}: ${layer} runs in plain Node, without GPU and page`);
      }
    }
  }
  for (const group of circles(graph)) problems.push(`cycle: ${wayRound(group, graph).join(' -> ')}`);
  return problems;
}

// When only some files of the other layer are open, say which.
function partOf(layer, to) {
  const open = layers[layer].filter((entry) => entry.startsWith(`${layerOf(to)}/`));
  return open.length > 0 ? ` (only ${open.join(', ')})` : '';
}

function readSources() {
  const entries = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      posix.normalize(
        join(entry.parentPath ?? entry.path, entry.name)
          .slice(root.length + 1)
          .replaceAll('\\', '/'),
      ),
    );
  return new Map(paths.sort().map((path) => [path, isSource(path) ? readFileSync(join(root, path), 'utf8') : '']));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = readSources();
  const problems = checkImports(files, (path) => existsSync(join(root, path)));
  for (const problem of problems) console.log(problem);
  const count = [...files.keys()].filter(isSource).length;
  console.log(problems.length === 0 ? `Imports of ${count} files follow the rules.` : `${problems.length} violations.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
