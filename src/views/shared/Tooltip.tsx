// Numbers beside the pointer. Decoration for sighted readers: the same words reach others through the live region.

interface TooltipProps {
  /** Lower right corner of the cell, in the positioned parent. The tip hangs below it and never covers it. */
  readonly x: number;
  readonly y: number;
  /** Width that the tip may use. */
  readonly room: number;
  readonly lines: readonly string[];
}

/** As in views.css (max-width). */
const WIDEST = 208;

export function Tooltip({ x, y, room, lines }: TooltipProps) {
  return (
    <div
      className="view-tip"
      aria-hidden="true"
      style={{ top: y + 8, left: Math.max(0, Math.min(x + 8, room - WIDEST)) }}
    >
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}
