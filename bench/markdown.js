// The tables of the benches: Markdown that reads on a terminal too, and how numbers stand in it.
import { cpus } from "node:os";

export const percent = (share) => `${(100 * share).toFixed(0)} %`;
export const whole = (value) => value.toFixed(0);
export const times = (ratio) => `${ratio.toFixed(2)}×`;
/** Milliseconds, with about three digits that count. */
export const short = (milliseconds) =>
  milliseconds.toFixed(milliseconds < 0.1 ? 4 : milliseconds < 10 ? 3 : milliseconds < 100 ? 1 : 0);
export const range = (values, write) => `${write(Math.min(...values))} – ${write(Math.max(...values))}`;

/** Where the figures were taken. */
export const machine = `Node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;

/** The lines of a table; its first `words` columns stand on the left. */
export function table(head, rows, words = 2) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column].length)));
  const cellOf = (cell, column) => (column < words ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  const line = (row) => `| ${row.map(cellOf).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => `${"-".repeat(width - 1)}${column < words ? "-" : ":"}`).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)];
}
