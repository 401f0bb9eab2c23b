// One self-contained HTML file: the figure, the numbers as tables, and the provenance. No script, no request. Pure.

import type { NamedTable } from './csv';
import { escapeXml } from './figure';

export interface Report {
  readonly title: string;
  readonly lines: readonly string[];
  readonly link: string;
  readonly snippet: string;
  readonly svg: string;
  readonly tables: readonly NamedTable[];
  readonly provenance: unknown;
}

export function toHtml(report: Report): string {
  const title = escapeXml(report.title);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"/>',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>`,
    `<meta name="viewport" content="width=device-width,initial-scale=1"/><title>${title}</title>`,
    '<style>body{font:14px/20px system-ui,sans-serif;max-width:1200px;margin:24px auto;padding:0 16px;color:#16191d}svg{max-width:100%;height:auto}',
    'table{border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums}td,th{padding:1px 8px;text-align:right}',
    'pre{white-space:pre-wrap;overflow-wrap:anywhere}details{margin:8px 0}.scroll{overflow:auto}</style></head><body>',
    `<h1>${title}</h1>`,
    ...report.lines.map((line) => `<p>${escapeXml(line)}</p>`),
    `<p><a href="${escapeXml(report.link)}">Open this analysis</a></p>`,
    report.svg,
    ...report.tables.map(htmlTable),
    `<details><summary>The same from the command line</summary><pre>${escapeXml(report.snippet)}</pre></details>`,
    `<details><summary>Provenance</summary><pre>${escapeXml(JSON.stringify(report.provenance, null, 1))}</pre></details>`,
    '</body></html>\n',
  ].join('\n');
}

function htmlTable({ name, header, rows }: NamedTable): string {
  const head = header.map((text) => `<th scope="col">${escapeXml(text)}</th>`).join('');
  const body = rows.map((row) => {
    const [first, ...rest] = row;
    const cells = rest.map(
      (value) => `<td>${typeof value === 'number' ? Number(value.toPrecision(6)) : escapeXml(value)}</td>`,
    );
    return `<tr><th scope="row">${escapeXml(String(first))}</th>${cells.join('')}</tr>`;
  });
  return `<details><summary>${escapeXml(name)}: numbers</summary><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div></details>`;
}
