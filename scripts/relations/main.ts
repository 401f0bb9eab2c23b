// `npm run relations`: decodes relations headless, as the page's room does, and prints a table in Markdown (or JSON): the embedded world's, or an own
// table with a prompt. With --write the figures go to docs/relations/ and docs/RELATIONS.md is written from all that lie there.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { readTable } from '../../src/analysis/relations/table';
import { type WorldRelation, worldRelations } from '../../src/analysis/relations/world';
import { createNodeEngine } from '../../src/cli/nodeEngine';
import type { DeviceChoice, ModelAddress, ModelInfo, RelationRequest } from '../../src/engine/protocol';
import { embeddedModels } from '../../src/share/embedded';
import { UserError } from '../../src/tensor/errors';
import { allRelations, keepRelations, readRelations, shortened, withRelations } from './kept';
import { report } from './report';

const usage = `npm run relations -- [options]
  --model NAME      an embedded model, a folder, or NAME=FOLDER; default: tiny-world
  --relations LIST  of the embedded world, by name; default: all
  --table FILE      an own relation as CSV (subject, object), with --template TEXT holding {} for the subject
  --layers LIST     blocks before which the subject is read, 0 its embedding; default: 0
  --training N      subjects that a decoder is made from; default: 6, of small relations half of them
  --splits N        default: 3
  --seed N          default: 1
  --beta X          default: 1
  --betas LIST      more values, tried with the same operators at the first layer
  --operators LIST  tensor, jacobian; default: both
  --all             subjects that the model itself answers otherwise count too
  --edit-rank N     rank of the inverse that edits subjects at the first layer, 0: none; default: 24
  --device CHOICE   auto, webgpu or reference; default: auto
  --json            the results as JSON
  --write           the figures are kept (after every relation), and docs/RELATIONS.md is written from all that are; with --relations none only this
  --add             with --write: relations that are kept already are not decoded again`;

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
        betas: text,
        operators: { ...text, default: 'tensor,jacobian' },
        all: flag,
        'edit-rank': { ...text, default: '24' },
        device: { ...text, default: 'auto' },
        json: flag,
        write: flag,
        add: flag,
        help: flag,
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const { name, model, embedded } = subjectOf(values.model);
    const kept = values.add && values.write ? readRelations(name) : null;
    const all = relationsOf({ ...values, model: name }, embedded);
    const relations = all.filter((each) => !kept?.relations.some((one) => one.name === each.name));
    const layers = numbersOf('--layers', values.layers);
    const editRank = numberOf('--edit-rank', values['edit-rank']);
    const training = values.training === undefined ? null : numberOf('--training', values.training);
    const shared = {
      operators: operatorsOf(values.operators),
      layers,
      layer: layers[0]!,
      splits: numberOf('--splits', values.splits),
      seed: numberOf('--seed', values.seed),
      beta: numberOf('--beta', values.beta),
      ...(values.betas !== undefined && { betas: numbersOf('--betas', values.betas) }),
      rank: null,
      editRank: editRank === 0 ? null : editRank,
      onlyKnown: !values.all,
      gateRule: 'half',
      directions: 0,
    } as const satisfies Partial<RelationRequest>;
    if (relations.length > 0) {
      const engine = createNodeEngine();
      try {
        const info: ModelInfo = await engine.open({ model, device: deviceOf(values.device) });
        const decoded = [];
        const results = [];
        for (const relation of relations) {
          const count = training ?? Math.min(6, Math.max(1, Math.floor(relation.facts.length / 2)));
          const request = { ...shared, template: relation.templates[0]!, facts: relation.facts, training: [count] };
          const result = await engine.relation(request);
          results.push({ name: relation.name, request, result });
          decoded.push(shortened(relation.name, request, result));
          console.error(`${relation.name}: ${result.seconds.toFixed(1)} s`);
          if (values.write) keepRelations(withRelations(kept, name, info, decoded));
        }
        if (values.json) console.log(JSON.stringify(results, null, 1));
        else if (!values.write) console.log(report([withRelations(null, name, info, decoded)]));
      } finally {
        engine.dispose();
      }
    }
    if (values.write) writeFileSync('docs/RELATIONS.md', report(allRelations()));
    return 0;
  } catch (error) {
    if (!(error instanceof UserError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))) throw error;
    console.error(`relations: ${(error as Error).message}`);
    return 1;
  }
}

function subjectOf(given: string): { readonly name: string; readonly model: ModelAddress; readonly embedded: boolean } {
  if (embeddedModels.some((one) => one.name === given)) {
    return { name: given, model: { kind: 'embedded', name: given }, embedded: true };
  }
  const [name, path] = /^[\w.-]{1,80}=/.test(given) ? given.split('=') : [basename(given), given];
  return { name: name!, model: { kind: 'folder', path: path! }, embedded: false };
}

function operatorsOf(list: string): RelationRequest['operators'] {
  const names = list.split(',');
  if (names.every((name) => name === 'tensor' || name === 'jacobian')) return names;
  throw refused(`--operators are tensor and jacobian, not “${list}”`);
}

type Named = Pick<WorldRelation, 'name' | 'templates' | 'facts'>;
type Wish = { readonly [K in 'model' | 'relations' | 'table' | 'template']?: string | undefined };

function relationsOf({ model, relations, table, template }: Wish, embedded: boolean): readonly Named[] {
  if (table !== undefined) {
    if (template === undefined) throw refused('--table needs --template, a prompt with {} for the subject');
    const read = readTable(readFile(table));
    for (const note of read.notes) console.error(note);
    return [{ name: basename(table).replace(/\.\w+$/, ''), templates: [template], facts: read.facts }];
  }
  if (!embedded) throw refused('give --table and --template: only embedded models bring relations of their own');
  const all = worldRelations(JSON.parse(readFile(`public/models/${model}/world.json`)));
  if (relations === 'none') return [];
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

const numbersOf = (name: string, list: string) => list.split(',').map((each) => numberOf(name, each));

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
