// "Show table": the same numbers as an HTML table, for screen readers, for checking, and for copying into a notebook.

import { memo, useId, useMemo, useState } from 'react';
import { formatCell } from './numbers';
import { type Table, toTsv } from './table';

interface NumberTableProps {
  readonly name: string;
  /** Made only when the table is open: a large table is costly. The same function as long as the numbers are the same. */
  readonly table: () => Table;
  /** What stands at the other end of the line. */
  readonly children?: React.ReactNode;
}

export function NumberTable({ name, table, children }: NumberTableProps) {
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState('');
  const id = useId();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(toTsv(table()));
      setCopied('Copied.');
    } catch {
      setCopied('The browser refused. Select the table and copy it.');
    }
  };
  const shown = useMemo(() => (open ? table() : null), [open, table]);
  return (
    <div className="view-numbers">
      <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {open ? 'Hide table' : 'Show table'}
      </button>
      {open && (
        <button type="button" onClick={copy}>
          Copy numbers
        </button>
      )}
      <span role="status">{open && copied}</span>
      {children}
      <section id={id} hidden={!open} aria-label={`${name}: numbers`} className="view-scroll" tabIndex={open ? 0 : -1}>
        {shown !== null && <Rows name={name} table={shown} />}
      </section>
    </div>
  );
}

/** Apart, so that a hover over a picture does not go through thousands of cells. */
const Rows = memo(function Rows({ name, table }: { readonly name: string; readonly table: Table }) {
  return (
    <table aria-label={`${name}: numbers`}>
      <thead>
        <tr>
          {table.header.map((text) => (
            <th key={text} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row) => (
          <tr key={row[0]}>
            {row.map((value, c) =>
              c === 0 ? (
                <th key="head" scope="row">
                  {value}
                </th>
              ) : (
                <td key={table.header[c]}>{typeof value === 'number' ? formatCell(value) : value}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
});
