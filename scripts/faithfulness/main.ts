// `npm run faithfulness`: tests every ranking on the embedded models (and real ones: --models NAME=FOLDER), keeps the figures in docs/faithfulness/, and
// writes docs/FAITHFULNESS.md from all figures that lie there. --quick: a few prompts, nothing written.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rankings } from '../../src/analysis/rankings';
import { UserError } from '../../src/tensor/errors';
import { type ModelResult, measure, type Wish } from './measure';
import { report } from './report';
import { embeddedSubjects, realSubject, type Subject } from './sets';

const usage = `npm run faithfulness -- [options]
  --models LIST    embedded names, and NAME=FOLDER for others, separated by commas; default: the embedded models; "none": only the report is written
  --prompts N      at most N prompts a set
  --no-deletion    localisation alone
  --rankings LIST  only these
  --add            keeps the figures of the other rankings (give --rankings, and the same prompts)
  --device CHOICE  auto, webgpu or reference (float64 on the CPU); default: reference
  --quick          3 prompts a set; nothing is written
  --json           the figures go to stdout; nothing is written`;

const folder = 'docs/faithfulness';

export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        models: { type: 'string' },
        prompts: { type: 'string' },
        'no-deletion': { type: 'boolean', default: false },
        rankings: { type: 'string' },
        device: { type: 'string', default: 'reference' },
        add: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const wish: Wish = {
      device: deviceOf(values.device),
      prompts: values.quick ? 3 : values.prompts === undefined ? null : countOf(values.prompts),
      deletes: !values['no-deletion'],
      rankings: values.rankings?.split(',') ?? null,
      say: (line) => console.error(line),
    };
    const results: ModelResult[] = [];
    for (const subject of subjectsOf(values.models)) results.push(await measure(subject, wish));
    if (values.json) console.log(JSON.stringify(results, null, 1));
    else if (values.quick) console.log(report(results));
    else write(values.add ? results.map(added) : results);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))) throw error;
    console.error(`faithfulness: ${(error as Error).message}`);
    return 1;
  }
}

function subjectsOf(list: string | undefined): Subject[] {
  if (list === undefined) return [...embeddedSubjects];
  if (list === 'none') return [];
  return list.split(',').map((entry) => {
    const [name, path] = entry.split('=');
    const known = embeddedSubjects.find((subject) => subject.name === entry);
    if (known) return known;
    if (name && path && /^[\w.-]{1,80}$/.test(name)) return realSubject(name, path);
    throw new UserError(
      'bad-request',
      `--models does not know “${entry}”: give ${embeddedSubjects.map((one) => one.name).join(', ')} or NAME=FOLDER.`,
    );
  });
}

function deviceOf(value: string): Wish['device'] {
  if (value === 'auto' || value === 'webgpu' || value === 'reference') return value;
  throw new UserError('bad-request', `--device must be auto, webgpu or reference, not “${value}”.`);
}

function countOf(value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new UserError('bad-request', `--prompts must be a number from 1, not “${value}”.`);
}

/** The new figures in place of, or behind, those of the same rankings before. */
function added(result: ModelResult): ModelResult {
  const old = JSON.parse(readFileSync(`${folder}/${result.name}.json`, 'utf8')) as ModelResult;
  const merged = <T extends { readonly group: string }>(before: readonly T[], now: readonly T[]): T[] => {
    const rows = new Map([...before, ...now].map((row) => [row.group, row]));
    const order = rankings.map(({ group }) => group);
    return [...rows.values()].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  };
  const sets = result.sets.map((set) => {
    const before = old.sets.find(({ name }) => name === set.name);
    if (!before || before.prompts !== set.prompts || before.of !== set.of) {
      throw new UserError(
        'bad-request',
        `--add needs the prompts that ${folder}/${result.name}.json was measured on (${set.title}).`,
      );
    }
    return {
      ...set,
      hits: merged(before.hits, set.hits),
      overDecoys: merged(before.overDecoys, set.overDecoys),
      tables: before.tables.map((table) => {
        const now = set.tables.find((one) => one.setting === table.setting && one.measure === table.measure);
        return { ...table, rows: merged(table.rows, now?.rows ?? []) };
      }),
    };
  });
  return { ...result, sets, missing: { ...old.missing, ...result.missing } };
}

function write(results: readonly ModelResult[]): void {
  mkdirSync(folder, { recursive: true });
  for (const result of results) writeFileSync(`${folder}/${result.name}.json`, `${JSON.stringify(result)}\n`);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const all = files.map((file): ModelResult => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
  writeFileSync('docs/FAITHFULNESS.md', report(all));
}
