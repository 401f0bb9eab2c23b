// Tables as CSV (RFC 4180), one after another with a name column first, so that one file holds everything on the screen. Pure.

export interface NamedTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Long format: a line a number. Works for tables of any shape, and reads straight into a data frame. */
export function toCsv(tables: readonly NamedTable[]): string {
  const lines = [['table', 'row', 'column', 'value']];
  for (const { name, header, rows } of tables) {
    for (const row of rows) {
      row.slice(1).forEach((value, at) => {
        if (value !== '') lines.push([name, String(row[0]), header[at + 1] ?? '', String(value)]);
      });
    }
  }
  return `${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Spreadsheets run cells that begin like a formula, and tokens come from anywhere: such texts are given an apostrophe. */
function cell(text: string): string {
  const isNumber = text !== '' && Number.isFinite(Number(text));
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
