// Moving the focused cell of a grid with the keyboard. Pure: positions in, position out.

export interface Position {
  readonly row: number;
  readonly col: number;
}

const PAGE = 10;

/** The cell that a key leads to, or null when the key does not move. `lastCol(row)`: last cell of a row that exists. */
export function moveFocus(
  key: string,
  from: Position,
  rows: number,
  lastCol: (row: number) => number,
  wholeGrid: boolean,
): Position | null {
  const to = (row: number, col: number): Position => {
    const r = Math.max(0, Math.min(rows - 1, row));
    return { row: r, col: Math.max(0, Math.min(lastCol(r), col)) };
  };
  switch (key) {
    case 'ArrowLeft':
      return to(from.row, from.col - 1);
    case 'ArrowRight':
      return to(from.row, from.col + 1);
    case 'ArrowUp':
      return to(from.row - 1, from.col);
    case 'ArrowDown':
      return to(from.row + 1, from.col);
    case 'PageUp':
      return to(from.row - PAGE, from.col);
    case 'PageDown':
      return to(from.row + PAGE, from.col);
    case 'Home':
      return to(wholeGrid ? 0 : from.row, 0);
    case 'End':
      return to(wholeGrid ? rows - 1 : from.row, Number.POSITIVE_INFINITY);
    default:
      return null;
  }
}
