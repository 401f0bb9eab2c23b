// A relation as the reader gives it: a table of subjects and objects, as CSV (RFC 4180) with commas, semicolons or tabs. Strict: what cannot be
// meant is a sentence with its line. Pure.

import type { Fact } from '../../engine/protocol';
import { UserError } from '../../tensor/errors';

/** Of the text, and of its lines: far more than is ever used. */
export const maxTableLength = 1_000_000;
export const maxTableRows = 20_000;
const maxCell = 200;

export interface FactTable {
  readonly facts: readonly Fact[];
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

/** The first two columns, or those that a first line calls "subject" and "object". UserError 'bad-request'. */
export function readTable(text: string): FactTable {
  if (text.length > maxTableLength) {
    throw refused(`The table has ${text.length} characters, the limit is ${maxTableLength}: leave rows out`);
  }
  const rows = readRows(text.replace(/^\uFEFF/, ''));
  const [first] = rows;
  if (!first) throw refused('The table is empty: give one line for each subject, such as "france,paris"');
  if (rows.length > maxTableRows) {
    throw refused(`The table has ${rows.length} rows, the limit is ${maxTableRows}: leave rows out`);
  }
  const names = first.cells.map((cell) => cell.toLowerCase());
  const named = names.includes('subject') && names.includes('object');
  const [subjectAt, objectAt] = named ? [names.indexOf('subject'), names.indexOf('object')] : [0, 1];
  const facts: Fact[] = [];
  const seen = new Map<string, string>();
  const left = { missing: [] as number[], repeated: [] as number[], ambiguous: [] as number[] };
  for (const { cells, line } of named ? rows.slice(1) : rows) {
    const [subject, object] = [cells[subjectAt], cells[objectAt]];
    if (subject === undefined || object === undefined) {
      throw refused(`Line ${line} of the table has ${cells.length} column${cells.length === 1 ? '' : 's'}, not two`);
    }
    for (const cell of [subject, object]) {
      if (cell.length > maxCell)
        throw refused(`Line ${line} has a word of ${cell.length} characters, the limit is ${maxCell}`);
    }
    const known = seen.get(subject);
    if (isMissing(subject) || isMissing(object)) left.missing.push(line);
    else if (known === object) left.repeated.push(line);
    else if (known !== undefined) left.ambiguous.push(line);
    else {
      seen.set(subject, object);
      facts.push({ subject, object });
    }
  }
  const notes = [
    noteOf(left.missing, 'with a missing subject or object'),
    noteOf(left.repeated, 'that repeat an earlier one'),
    noteOf(left.ambiguous, 'that give a subject another object (the first one counts)'),
  ];
  return { facts, notes: notes.filter((note) => note !== null) };
}

/** A table as text again. */
export function writeTable(facts: readonly Fact[]): string {
  return facts.map(({ subject, object }) => `${quoted(subject)},${quoted(object)}\n`).join('');
}

function quoted(cell: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Spreadsheets and data frames write missing values so. */
function isMissing(cell: string): boolean {
  return cell === '' || /^(nan|null|#n\/a)$/i.test(cell);
}

function noteOf(lines: readonly number[], what: string): string | null {
  if (lines.length === 0) return null;
  const listed = lines.slice(0, 5).join(', ');
  const more = lines.length > 5 ? ', …' : '';
  return `Left out: ${lines.length} row${lines.length === 1 ? '' : 's'} ${what} (line ${listed}${more}).`;
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function readRows(text: string): Row[] {
  const separator = separatorOf(text);
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let rowLine = 1;
  let at = 0;
  const endRow = () => {
    if (cells.some((cell) => cell !== '')) rows.push({ cells, line: rowLine });
    cells = [];
    rowLine = line;
  };
  while (at < text.length) {
    if (text[at] === '"') {
      const started = line;
      let cell = '';
      for (at++; ; at++) {
        if (at >= text.length) throw refused(`The quotation mark of line ${started} is never closed`);
        if (text[at] === '\n') line++;
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
      cells.push(cell);
      if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') {
        throw refused(`Line ${line} goes on after a closing quotation mark: double the marks inside a quoted word`);
      }
    } else {
      let end = at;
      while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++;
      cells.push(text.slice(at, end).trim());
      at = end;
    }
    if (text[at] === separator) {
      at++;
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    endRow();
  }
  endRow();
  return rows;
}

/** What stands between the first two cells. */
function separatorOf(text: string): string {
  const bare = (text.split(/\r?\n/).find((line) => line.trim() !== '') ?? '').replace(/"[^"]*"/g, '');
  return ['\t', ';', ','].find((mark) => bare.includes(mark)) ?? ',';
}

function refused(what: string): UserError {
  return new UserError('bad-request', `${what}.`);
}
