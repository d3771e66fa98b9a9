// The report of bench/steps.js: a table of each side's time, its share of the physical limit, its speed-up by a second thread and its ratio
// to chainrule's time; then what compiling costs. Goals of the project stand beside the figures.
import { machine, percent, range, short, table, times, whole } from "./markdown.js";
import { median } from "./statistics.js";

const minRunning = 0.95; // share of a side's time with a processor; below it, other programs kept the machine busy
const fullSpeed = 1.15; // a step that takes at most this multiple of a steady step's time runs at full speed

/** `results` are the { work, operations, limits, rows } that steps.js measured for each work; `threads` are the numbers of threads. */
export function report(results, { relaxed, threads }) {
  const limits = new Map(threads.map((count) => [count, limitOf(results, count)]));
  const lines = [
    "# Steps",
    "",
    `Made by \`npm run bench\` on ${machine}; float32. Times are medians over rounds. Ranges are those over fresh processes where a side had`,
    "several, otherwise those over rounds. A side with several threads waited until all of them had started. TensorFlow.js and jax-js have",
    "one thread in Node: TensorFlow.js switches its threads off there, and jax-js needs the workers of a web page.",
    "",
    `The limit is a WebAssembly loop of independent four-wide multiply-adds ${relaxed ? "(fused) " : ""}in the same rounds, on as many threads at once as the side`,
    "has; PyTorch's vectors are wider. × of one: how many times faster than with one thread. Time to chainrule's: the ratio to chainrule's",
    `time with as many threads. Running: the share of the time in which the side's threads had a processor. With one thread, less than ${percent(minRunning)}`,
    "means that other programs kept the machine busy, so that the figure is too slow; with several it may also mean that threads waited for",
    "each other. The wasm backend of TensorFlow.js lacks the gradient of a convolution by its kernel, which is written as a convolution here.",
    "",
    ...results.map(({ work, operations }) => {
      const size = operations > 0 ? `, ${(operations / 1e6).toFixed(1)} million operations` : "";
      return `- ${work.name}: ${work.title}${size}`;
    }),
  ];
  const columns = ["ms", "range", "GFLOP/s", "of the limit", "× of one", "goal"];
  const head = ["work", "side", "threads", ...columns, "time to chainrule's", "first step, ms", "running"];
  const rows = results.filter(({ work }) => !work.call).flatMap((result) => rowsOf(result, limits));
  if (rows.length > 0) lines.push("", ...table(head, rows));
  const failures = results.flatMap(({ work, rows }) =>
    rows
      .filter(({ failure }) => failure)
      .map(({ name, label, threads, failure }) => `- ${work.name}, ${name ?? label}, ${threads}: ${failure}`),
  );
  if (failures.length > 0) lines.push("", "Failed (work, side, threads):", "", ...failures);
  const compiled = results
    .filter(({ work }) => work.layers)
    .flatMap(({ work, rows }) => timedOwn(rows).map((row) => compilingOf(work, row)));
  if (compiled.length > 0)
    lines.push(
      "",
      "What compiling costs chainrule: the time of the first call in a fresh process minus that of a steady step, and the number of steps",
      `after which five in a row are within ${percent(fullSpeed - 1)} of a steady step.`,
      "",
      ...table(["work", "threads", "compiling, ms", "range", "goal", "steps to full speed", "range"], compiled, 1),
    );
  for (const { work, rows } of results.filter(({ work }) => work.call)) {
    const micros = (ms) => (1e3 * ms).toFixed(1);
    const calls = timedOwn(rows).map((row) => {
      const spread = `${range(row.runs.map(median), micros)} over processes`;
      return `${micros(time(row))} µs with threads: ${row.threads} (${spread})`;
    });
    if (calls.length > 0)
      lines.push(
        "",
        `A call of a program that does next to no work takes ${calls.join(", ")}, goal ${work.goal.call}.`,
      );
  }
  return `${lines.join("\n")}\n`;
}

/** The highest limit measured with any work, since a busy machine slows the limit's loops, too. */
const limitOf = (results, threads) => Math.max(...results.map(({ limits }) => limits.get(threads)));

function rowsOf({ work, operations, rows }, limits) {
  const all = rows.map((row) => {
    const name = ["", row.name ?? row.label, `${row.threads}`];
    if (row.failure) return [...name, "failed", ...Array(8).fill("")];
    const [ms, speed] = [time(row), operations / time(row)];
    const samples = row.runs.length > 1 ? row.runs.map(median) : row.runs[0];
    const spread = samples.length > 1 ? range(samples, short) : "one round";
    const single = rows.find(({ label, threads, failure }) => label === row.label && threads === 1 && !failure);
    const mine = timedOwn(rows).find(({ threads }) => threads === row.threads);
    return [
      ...[...name, short(ms), spread, (speed / 1e6).toFixed(1), percent(speed / limits.get(row.threads))],
      row.threads > 1 && single ? times(time(single) / ms) : "",
      row.own ? goalOf(work, row.threads) : "",
      mine ? (ms / time(mine)).toFixed(2) : "",
      short(median(row.firsts.map(([first]) => first))),
      percent(row.worked / row.elapsed),
    ];
  });
  for (const [threads, limit] of limits) {
    const gain = threads > 1 && limits.has(1) ? times(limit / limits.get(1)) : "";
    const cells = [short(operations / limit), "", (limit / 1e6).toFixed(1), percent(1), gain, "", "", "", ""];
    all.push(["", "the limit", `${threads}`, ...cells]);
  }
  all[0][0] = work.name;
  return all;
}

function goalOf({ goal }, threads) {
  if (threads === 1) return goal?.share ? percent(goal.share) : "";
  return threads === 2 && goal?.faster ? times(goal.faster) : "";
}

const timedOwn = (rows) => rows.filter(({ own, failure }) => own && !failure);

function compilingOf(work, row) {
  const steady = row.runs.map(median);
  const compiling = row.firsts.map(([first], i) => first - steady[i]);
  const after = row.firsts.map((steps, i) => {
    const found = steps.findIndex(
      (_, k) => k > 0 && k + 5 <= steps.length && median(steps.slice(k, k + 5)) <= fullSpeed * steady[i],
    );
    return found < 0 ? steps.length : found;
  });
  const goal = work.goal?.compile ? `${work.goal.compile}` : "";
  const name = [work.name, `${row.threads}`];
  return [...name, whole(median(compiling)), range(compiling, whole), goal, `${median(after)}`, range(after, String)];
}

/** Milliseconds per step: the median over processes of the medians over rounds. */
function time({ runs }) {
  return median(runs.map(median));
}
