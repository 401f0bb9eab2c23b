// The results of the benches as tables for people: one table a bench, columns by what the bench measures.

const number = (value) => {
  if (typeof value !== 'number') return '–';
  return Math.abs(value) < 1e-3 && value !== 0 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
};
const spread = (rounds) =>
  Array.isArray(rounds) ? `${number(rounds[0])} (${number(rounds[1])}–${number(rounds[2])})` : 'single turn';
const withRange = (value, range) =>
  range && range[0] !== range[1] ? `${number(value)} (${number(range[0])}–${number(range[1])})` : number(value);
const extrapolated = ({ pairs, peer_pairs_timed: timed }) =>
  timed < pairs ? `, extrapolated from ${timed} of ${pairs} pairs` : '';
const percent = (value) => (typeof value === 'number' ? `${(100 * value).toFixed(0)} %` : '–');

/** Column heading → text of a line. A bench that is not named here is shown by the fields that every line has. */
const columns = {
  gemm: {
    'M×K×N': (line) => line.case.replaceAll('x', '×'),
    peer: (line) => line.peer,
    'ours, GFLOP/s': (line) => number(line.ours),
    'peer, GFLOP/s': (line) => number(line.peer_value),
    'ours / peer': (line) => number(line.ratio),
    'in single rounds': (line) => spread(line.ratio_rounds),
    'error, ours': (line) => number(line.ours_error),
    'error, peer': (line) => number(line.peer_error),
  },
  plan: {
    'model, prompt, map': (line) => line.case,
    'predicted, s': (line) => number(line.ours),
    'measured, s': (line) => number(line.peer_value),
    'predicted / measured': (line) => number(line.ratio),
    'in single rounds': (line) => spread(line.ratio_rounds),
    'by the calibration alone': (line) => spread(line.calibrated_ratio_rounds),
    'within 1.5': (line) => (line['within_1.5'] ? 'yes' : 'no'),
    'peak bytes, predicted / measured': (line) => number(line.bytes_ratio),
    'calibration, ms': (line) => number(line.calibration_ms),
  },
  contributions: {
    'model, prompt': (line) => line.case,
    'time ratio': (line) => number(line.ours),
    'in single rounds': (line) => spread(line.time_ratio_rounds),
    'FLOP ratio': (line) => number(line.peer_value),
    'time / FLOP': (line) => number(line.ratio),
    'forward, ms': (line) => number(line.forward_ms),
    'forward, GFLOP/s': (line) => number(line.forward_gflops),
    'of GEMM': (line) => percent(line.forward_gemm_share),
    'contributions, ms': (line) => number(line.contributions_ms),
    'contributions, GFLOP/s': (line) => number(line.contributions_gflops),
    'of GEMM ': (line) => percent(line.contributions_gemm_share),
    'GEMM, GFLOP/s': (line) => number(line.gemm_gflops),
    'planned / minimal GFLOP': (line) => `${number(line.plan_gflop)} / ${number(line.minimal_gflop)}`,
    'time × GEMM rate / minimal FLOPs': (line) => spread(line.limit_ratio_rounds),
    'trace, MB': (line) => number(line.trace_mb),
    'pass, MB': (line) => number(line.pass_mb),
  },
  forward: {
    model: (line) => line.case,
    peer: (line) => line.peer,
    'ours, ms': (line) => number(line.ours_ms),
    'peer, ms': (line) => number(line.peer_ms),
    'times as fast': (line) => number(line.ratio),
    'in single rounds': (line) => (line.peer_ms ? spread(line.ratio_rounds) : '–'),
    'error, ours': (line) => number(line.ours_error),
    'error, peer': (line) => number(line.peer_error),
  },
  growth: {
    'along, model, prompt': (line) => line.case,
    'forward, ms': (line) => withRange(line.forward_ms, line.forward_ms_range),
    'one row, ms': (line) => withRange(line.row_ms, line.row_ms_range),
    '`in` map, ms': (line) => withRange(line.map_ms, line.map_ms_range),
    'map / forward': (line) => number(line.ratio),
    'map, GFLOP': (line) => number(line.map_gflop),
    'map, GFLOP/s': (line) => number(line.map_gflops),
    'weights, MB': (line) => number(line.weight_mb),
    'trace, MB': (line) => number(line.trace_mb),
    'pass peak, MB': (line) => number(line.pass_mb),
    turns: (line) => line.turns.join(', '),
  },
  paint: {
    cache: (line) => line.case,
    'first picture, ms': (line) => withRange(line.ours, line.ours_range),
    'bar, ms': (line) => number(line.peer_value),
    'first contentful paint, ms': (line) => withRange(line.fcp_ms, line.fcp_ms_range),
    'live result, ms': (line) => withRange(line.live_ms, line.live_ms_range),
    navigations: (line) => number(line.turns),
  },
  flow: {
    'blocks×tokens': (line) => line.case.replace('x', '×'),
    'ours, CPU s': (line) => withRange(line.ours_cpu_s, line.ours_cpu_s_range),
    'igraph, CPU s': (line) => withRange(line.peer_cpu_s, line.peer_cpu_s_range) + extrapolated(line),
    'times as fast': (line) => number(line.ratio),
    'largest relative difference': (line) => number(line.difference),
  },
  other: {
    case: (line) => line.case,
    ours: (line) => number(line.ours),
    peer: (line) => line.peer,
    'peer value': (line) => number(line.peer_value),
    ratio: (line) => number(line.ratio),
    unit: (line) => line.unit,
  },
};

/** Markdown that is also aligned in a terminal. */
function table(headings, rows) {
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at].length)));
  const write = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`;
  return [write(headings), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(write)].join(
    '\n',
  );
}

/**
 * @param {readonly Record<string, unknown>[]} lines
 * @returns {string}
 */
export function tables(lines) {
  const parts = [];
  for (const bench of new Set(lines.map((line) => line.bench))) {
    const own = lines.filter((line) => line.bench === bench);
    const shown = columns[bench] ?? columns.other;
    const rows = own.filter((line) => !line.error).map((line) => Object.values(shown).map((text) => text(line)));
    const failed = own.filter((line) => line.error).map((line) => `${line.case} (peer: ${line.peer}): ${line.error}`);
    parts.push(`${bench} · ${own[0].device ?? 'no device'} · ${own[0].place}`);
    if (rows.length > 0) parts.push(table(Object.keys(shown), rows));
    parts.push(...failed);
  }
  return parts.join('\n\n');
}
