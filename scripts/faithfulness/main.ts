// `npm run faithfulness`: tests every ranking on the embedded models (and real ones: --models NAME=FOLDER), keeps the figures in docs/faithfulness/, and
// writes docs/FAITHFULNESS.md from all figures that lie there. --quick: a few prompts, nothing written.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UserError } from '../../src/tensor/errors';
import { allRelations } from '../relations/kept';
import { added, allKept, hasFigures, keep, readKept } from './kept';
import { type ModelResult, measure, type Wish } from './measure';
import { report } from './report';
import { embeddedSubjects, realSubject, type Subject } from './sets';

const usage = `npm run faithfulness -- [options]
  --models LIST    embedded names, and NAME=FOLDER for others, separated by commas; default: the embedded models; "none": only the report is written
  --prompts N      at most N prompts a set
  --no-deletion    localisation alone
  --sets LIST      only these: fact, fact-derived, induction, indirect-object, agreement; of others indirect, decoys
  --rankings LIST  only these; for deletion also the one that differences are taken from
  --add            keeps the figures that are there and measures what is missing: other rankings on the same prompts, deletion where only localisation
                   was measured (also on fewer prompts), or the sets that a stopped run did not reach (figures are written after every set)
  --device CHOICE  auto, webgpu or reference (float64 on the CPU); default: reference
  --quick          3 prompts a set; nothing is written
  --json           the figures go to stdout; nothing is written`;

export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        models: { type: 'string' },
        prompts: { type: 'string' },
        'no-deletion': { type: 'boolean', default: false },
        sets: { type: 'string' },
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
    const shown = values.quick || values.json;
    const results: ModelResult[] = [];
    for (const subject of subjectsOf(values.models)) {
      const kept = values.add && !shown ? readKept(subject.name) : null;
      const deletes = !values['no-deletion'];
      const wish: Wish = {
        device: deviceOf(values.device),
        prompts: values.quick ? 3 : values.prompts === undefined ? null : countOf(values.prompts),
        deletes,
        rankings: values.rankings?.split(',') ?? null,
        sets: values.sets?.split(',') ?? null,
        say: (line) => console.error(line),
        has: ({ name }, asked) => hasFigures(kept, name, asked, deletes),
        keep: (result) => {
          if (!shown) keep(added(kept, result));
        },
      };
      results.push(await measure(subject, wish));
    }
    if (values.json) console.log(JSON.stringify(results, null, 1));
    else if (values.quick) console.log(report(results));
    else writeFileSync('docs/FAITHFULNESS.md', report(allKept(), allRelations()));
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
