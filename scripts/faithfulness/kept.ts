// The figures that lie in docs/faithfulness: read, written, and added to. What is added was measured on the same prompts, or it is refused.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Ranking, rankings } from '../../src/analysis/rankings';
import { UserError } from '../../src/tensor/errors';
import type { ModelResult, SetResult } from './measure';

const folder = 'docs/faithfulness';
const fileOf = (name: string) => `${folder}/${name}.json`;

export function readKept(name: string): ModelResult | null {
  return existsSync(fileOf(name)) ? (JSON.parse(readFileSync(fileOf(name), 'utf8')) as ModelResult) : null;
}

export function allKept(): ModelResult[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
}

export function keep(result: ModelResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(result.name), `${JSON.stringify(result)}\n`);
}

/** Whether all these rankings of a set are there, with their deletions when those are asked. */
export function hasFigures(
  kept: ModelResult | null,
  set: string,
  asked: readonly Ranking[],
  deletes: boolean,
): boolean {
  const found = kept?.sets.find(({ name }) => name === set);
  if (!kept || !found) return false;
  const tables = deletes ? found.tables.map(({ rows }) => rows) : [];
  if (deletes && tables.length === 0) return false;
  return asked.every(
    ({ name, group }) =>
      name in kept.missing || [found.hits, ...tables].every((rows) => rows.some((row) => row.group === group)),
  );
}

/** Figures hold four decimals; two devices may differ by more in few of many prompts, other prompts or seeds differ by far more. */
const sameness = 5e-3;

/**
 * The new figures in place of, or behind, those of the same rankings before. UserError 'bad-request' when they are of other prompts: the reference was
 * measured both times, and must have the same figures.
 */
export function added(old: ModelResult | null, result: ModelResult): ModelResult {
  if (!old) return result;
  const sets = result.sets.map((set) => {
    const before = old.sets.find(({ name }) => name === set.name);
    return before ? addedSet(before, set, result.reference) : set;
  });
  const others = old.sets.filter(({ name }) => !sets.some((set) => set.name === name));
  const order = old.sets.map(({ name }) => name);
  const place = ({ name }: SetResult) => (order.includes(name) ? order.indexOf(name) : order.length);
  return {
    ...old,
    title: result.title,
    ...(result.sets.length > 0 && { device: result.device, maskedBy: result.maskedBy }),
    sets: [...others, ...sets].sort((a, b) => place(a) - place(b)),
    missing: { ...old.missing, ...result.missing },
  };
}

function addedSet(before: SetResult, now: SetResult, reference: string): SetResult {
  if (before.tables.length === 0 && now.tables.length > 0 && now.of < before.of) {
    return { ...before, deleted: now.prompts, tables: now.tables };
  }
  const gapOf = ({ tables }: SetResult) => tables[0]?.rows.find(({ group }) => group === reference)?.gap.mean;
  const [gap, newGap] = [gapOf(before), gapOf(now)];
  const apart = gap !== undefined && newGap !== undefined && !(Math.abs(gap - newGap) <= sameness);
  if (before.prompts !== now.prompts || before.of !== now.of || before.deleted !== undefined || apart) {
    throw new UserError(
      'bad-request',
      `--add needs the prompts that the kept figures were measured on (${now.title}), and ${reference} must come out the same: measure all of them again without --add.`,
    );
  }
  return {
    ...now,
    hits: merged(before.hits, now.hits),
    overDecoys: merged(before.overDecoys, now.overDecoys),
    tables:
      before.tables.length === 0
        ? now.tables
        : before.tables.map((table) => {
            const added = now.tables.find((one) => one.setting === table.setting && one.measure === table.measure);
            return { ...table, rows: merged(table.rows, added?.rows ?? []) };
          }),
  };
}

/** In the order of the rankings' table. */
function merged<T extends { readonly group: string }>(before: readonly T[], now: readonly T[]): T[] {
  const rows = new Map([...before, ...now].map((row) => [row.group, row]));
  const order = rankings.map(({ group }) => group);
  return [...rows.values()].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}
