// The rows (token, column) of a signal, column after column of each token. Of a staggered one (program/backend.ts) column s begins at token s of the
// window: token t has min(columns, t + 1) rows.

/** Rows before a token, counted from the first of the window. */
fn rowsBefore(token: u32, columns: u32, staggered: u32) -> u32 {
  if (staggered == 0) { return token * columns; }
  let rising = min(token, columns);
  return ((rising * (rising + 1)) >> 1) + (token - rising) * columns;
}

/** The token of a row, counted from the first of the window. */
fn tokenOfRow(row: u32, columns: u32, staggered: u32) -> u32 {
  if (staggered == 0) { return row / columns; }
  let rising = columns * (columns + 1) / 2;
  if (row >= rising) { return columns + (row - rising) / columns; }
  let root = u32((sqrt(8 * f32(row) + 1) - 1) / 2); // rounded: at most one off
  if (root * (root + 1) / 2 > row) { return root - 1; }
  return select(root, root + 1, (root + 1) * (root + 2) / 2 <= row);
}
