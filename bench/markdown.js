// Tables in Markdown that are also readable in a terminal, and the formats of numbers in them.
import { cpus } from "node:os";

export const percent = (share) => `${(100 * share).toFixed(0)} %`;
export const whole = (value) => value.toFixed(0);
export const times = (ratio) => `${ratio.toFixed(2)}×`;
/** Milliseconds with about three significant digits. */
export const short = (milliseconds) =>
  milliseconds.toFixed(milliseconds < 0.1 ? 4 : milliseconds < 10 ? 3 : milliseconds < 100 ? 1 : 0);
export const range = (values, write) => `${write(Math.min(...values))} – ${write(Math.max(...values))}`;

/** The engine and processor that the figures were measured on. */
export const machine = `Node ${process.version}, ${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;

/** The lines of a table; its first `words` columns are aligned to the left, the others to the right. */
export function table(head, rows, words = 2) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column].length)));
  const cellOf = (cell, column) => (column < words ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  const line = (row) => `| ${row.map(cellOf).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => `${"-".repeat(width - 1)}${column < words ? "-" : ":"}`).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)];
}
