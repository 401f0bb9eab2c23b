// `npm run relations`: decodes relations headless, as the page's room does, and prints a table in Markdown (or JSON): the embedded world's, or an own
// table with a prompt. With --write the table goes to docs/RELATIONS.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readTable } from '../../src/analysis/relations/table';
import { type WorldRelation, worldRelations } from '../../src/analysis/relations/world';
import { createNodeEngine } from '../../src/cli/nodeEngine';
import type { DeviceChoice, ModelAddress, ModelInfo, RelationRequest } from '../../src/engine/protocol';
import { embeddedModels } from '../../src/share/embedded';
import { UserError } from '../../src/tensor/errors';
import { type Decoded, report } from './report';

const usage = `npm run relations -- [options]
  --model NAME      an embedded model or a folder; default: tiny-world
  --relations LIST  of the embedded world, by name; default: all
  --table FILE      an own relation as CSV (subject, object), with --template TEXT holding {} for the subject
  --layers LIST     blocks before which the subject is read, 0 its embedding; default: 0
  --training N      subjects that a decoder is made from; default: 6, of small relations half of them
  --splits N        default: 3
  --seed N          default: 1
  --beta X          default: 1
  --edit-rank N     rank of the inverse that edits subjects at the first layer, 0: none; default: 24
  --device CHOICE   auto, webgpu or reference; default: auto
  --json            the results as JSON
  --write           the table goes to docs/RELATIONS.md`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        model: { ...text, default: 'tiny-world' },
        relations: text,
        table: text,
        template: text,
        layers: { ...text, default: '0' },
        training: text,
        splits: { ...text, default: '3' },
        seed: { ...text, default: '1' },
        beta: { ...text, default: '1' },
        'edit-rank': { ...text, default: '24' },
        device: { ...text, default: 'auto' },
        json: flag,
        write: flag,
        help: flag,
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const embedded = embeddedModels.some(({ name }) => name === values.model);
    const model: ModelAddress = embedded
      ? { kind: 'embedded', name: values.model }
      : { kind: 'folder', path: values.model };
    const relations = relationsOf(values, embedded);
    const layers = values.layers.split(',').map((each) => numberOf('--layers', each));
    const editRank = numberOf('--edit-rank', values['edit-rank']);
    const training = values.training === undefined ? null : numberOf('--training', values.training);
    const shared = {
      operators: ['tensor', 'jacobian'],
      layers,
      layer: layers[0]!,
      splits: numberOf('--splits', values.splits),
      seed: numberOf('--seed', values.seed),
      beta: numberOf('--beta', values.beta),
      rank: null,
      editRank: editRank === 0 ? null : editRank,
      onlyKnown: true,
      gateRule: 'half',
      directions: 0,
    } as const satisfies Partial<RelationRequest>;
    const engine = createNodeEngine();
    try {
      const info: ModelInfo = await engine.open({ model, device: deviceOf(values.device) });
      const decoded: Decoded[] = [];
      for (const { name, templates, facts } of relations) {
        const count = training ?? Math.min(6, Math.max(1, Math.floor(facts.length / 2)));
        const request = { ...shared, template: templates[0]!, facts, training: [count] };
        const result = await engine.relation(request);
        decoded.push({ name, request, result });
        console.error(`${name}: ${result.seconds.toFixed(1)} s`);
      }
      if (values.json) console.log(JSON.stringify(decoded, null, 1));
      else if (values.write) writeFileSync('docs/RELATIONS.md', report(info, decoded));
      else console.log(report(info, decoded));
    } finally {
      engine.dispose();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UserError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))) throw error;
    console.error(`relations: ${(error as Error).message}`);
    return 1;
  }
}

type Named = Pick<WorldRelation, 'name' | 'templates' | 'facts'>;
type Wish = { readonly [K in 'model' | 'relations' | 'table' | 'template']?: string | undefined };

function relationsOf({ model, relations, table, template }: Wish, embedded: boolean): readonly Named[] {
  if (table !== undefined) {
    if (template === undefined) throw refused('--table needs --template, a prompt with {} for the subject');
    const read = readTable(readFile(table));
    for (const note of read.notes) console.error(note);
    return [{ name: table, templates: [template], facts: read.facts }];
  }
  if (!embedded) throw refused('give --table and --template: only embedded models bring relations of their own');
  const all = worldRelations(JSON.parse(readFile(`public/models/${model}/world.json`)));
  const names = relations?.split(',') ?? all.map(({ name }) => name);
  return names.map((name) => {
    const found = all.find((each) => each.name === name);
    if (!found) throw refused(`there is no relation ${name}: there are ${all.map((each) => each.name).join(', ')}`);
    return found;
  });
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new UserError('not-found', `There is no file ${path} to read.`);
  }
}

function numberOf(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw refused(`${name} wants a number, not “${value}”`);
  return number;
}

function deviceOf(value: string): DeviceChoice {
  if (value === 'auto' || value === 'webgpu' || value === 'reference') return value;
  throw refused('--device is auto, webgpu or reference');
}

function refused(what: string): UserError {
  return new UserError('bad-request', `${what}.`);
}
