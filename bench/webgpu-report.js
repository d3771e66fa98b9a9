// The report of bench/webgpu.js: each side's time, its ratio to chainrule's, and what a step asks of the GPU.
import { machine, short, table } from "./markdown.js";
import { median } from "./statistics.js";

const kilobytes = (bytes) => (bytes / 1e3).toFixed(bytes < 1e4 ? 2 : 0);
const count = (value) => (Number.isInteger(value) ? `${value}` : value.toFixed(2));

/** `results` are the { work, rows } of bench/webgpu.js. */
export function report(results, { browser }) {
  const lines = [
    "# Steps on the GPU of a page",
    "",
    `Made by \`node bench/webgpu.js\` in Chromium ${browser} on ${machine}; float32, milliseconds, medians over rounds. A step ends when its`,
    "loss has been read; a product when its result has. Submits, dispatches and bytes are those of a step, or of a product. SwiftShader is an",
    "adapter that computes on the processor: its times compare programs, and say nothing about a GPU. First step: with all that is compiled. Frozen:",
    "the longest task of the page's thread in the first steps; tasks of up to 50 ms are not counted.",
    "",
    ...results.map(({ work }) => `- ${work.name}: ${work.title}`),
    "",
  ];
  const head = [
    "work",
    "side",
    "ms",
    "time to chainrule's",
    "submits",
    "dispatches",
    "kB written",
    "kB read",
    "first step",
    "frozen",
  ];
  lines.push(...table(head, results.flatMap(rowsOf)));
  const failures = results.flatMap(({ work, rows }) =>
    rows.filter(({ failure }) => failure).map(({ name, failure }) => `- ${work.name}, ${name}: ${failure}`),
  );
  if (failures.length > 0) lines.push("", "Failed:", "", ...failures);
  return `${lines.join("\n")}\n`;
}

function rowsOf({ work, rows }) {
  const own = rows[0].failure ? null : median(rows[0].runs);
  return rows.map(({ name, failure, runs, counts, first, frozen }, i) => {
    const begin = [i === 0 ? work.name : "", name];
    if (failure) return [...begin, "failed", ...Array(7).fill("")];
    const ms = median(runs);
    const { submits, dispatches, written, read } = counts;
    return [
      ...begin,
      short(ms),
      own ? (ms / own).toFixed(2) : "",
      ...[count(submits), count(dispatches), kilobytes(written), kilobytes(read)],
      short(first),
      frozen === 0 ? "–" : short(frozen),
    ];
  });
}
