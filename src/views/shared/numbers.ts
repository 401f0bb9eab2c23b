// How numbers are written on the page. Pictures and speech use the true minus sign; tables use ASCII, because they are copied into notebooks.

/** Three significant digits, scientific outside 0.001…99999; never "-0". */
function compact(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5) {
    const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 2)).split('e') as [string, string];
    return `${mantissa.replace(/\.0+$/, '')}e${Number(exponent)}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

const withMinus = (text: string): string => text.replaceAll('-', '−');

/** "0.420", "−1.23", "3.1e−7". */
export function formatNumber(value: number, digits = 3): string {
  return withMinus(compact(value, digits));
}

/** As formatNumber, with "+" before positive values. */
export function formatSigned(value: number, digits = 3): string {
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

/** Axis and legend numbers: no trailing zeros. */
export function formatTick(value: number): string {
  const text = compact(value, 3);
  return withMinus(text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text);
}

/** A share as percent: "31 %", "4.2 %", "0.03 %"; exact zero is "0 %". */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size === 0) return '0 %';
  if (size < 0.01) return `${percent < 0 ? '>−' : '<'}0.01 %`;
  return withMinus(`${percent.toFixed(size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2)} %`);
}

/** A relative error: one significant digit, "3e-7" (ASCII: it is compared and quoted); exact zero is "0". */
export function formatError(error: number): string {
  if (!Number.isFinite(error)) return 'not finite';
  if (error === 0) return '0';
  return error >= 0.01 ? error.toPrecision(2) : error.toExponential(0);
}

/** For tables: six significant digits, ASCII. */
export function formatCell(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/** For copying and files: the shortest decimal that gives the same float32 again. */
export function formatExact(value: number): string {
  for (let digits = 6; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(value);
}
