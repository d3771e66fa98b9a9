// The table of bench/steps.js, Markdown that reads on a terminal too: each side's time, what part of the physical limit it reaches and
// how it stands to chainrule; then what compiling costs, against the goals that the project has set itself.
const quiet = 0.95; // of a side's time with a processor: below that others were at work
const nearly = 1.15; // of a steady step's time: full speed

const median = (values) => values.toSorted((x, y) => x - y)[values.length >> 1];
const percent = (share) => `${(100 * share).toFixed(0)} %`;
const short = (milliseconds) =>
  milliseconds.toFixed(milliseconds < 0.1 ? 4 : milliseconds < 10 ? 3 : milliseconds < 100 ? 1 : 0);
const range = (values, write) => `${write(Math.min(...values))} – ${write(Math.max(...values))}`;

/** results: { work, operations, rows } of each work, as measured; limit in operations a millisecond. */
export function report(results, { node, processor, limit, relaxed }) {
  const steps = results.filter(({ work }) => !work.call);
  const lines = [
    "# Steps",
    "",
    `Made by \`npm run bench\` on Node ${node}, ${processor}; float32, one thread. Times are medians over rounds, and their range over`,
    "fresh processes where a side had several, else over rounds. The limit is a WebAssembly loop of independent four-wide multiply-adds",
    `${relaxed ? "(fused) " : ""}in the same rounds; PyTorch's vectors are wider. Running: the share of its time in which a side had a processor; less than`,
    `${percent(quiet)} says that others kept the machine busy and the figure is too slow. The wasm backend of TensorFlow.js lacks the gradient of a`,
    "convolution by its kernel: it is written as a convolution here.",
    "",
    ...results.map(({ work, operations }) => {
      const size = operations > 0 ? `, ${(operations / 1e6).toFixed(1)} million operations` : "";
      return `- ${work.name}: ${work.title}${size}`;
    }),
  ];
  const head = [
    "work",
    "side",
    "ms",
    "range",
    "GFLOP/s",
    "of the limit",
    "goal",
    "time to chainrule's",
    "first step, ms",
    "running",
  ];
  if (steps.length > 0)
    lines.push(
      "",
      ...table(
        head,
        steps.flatMap((result) => rowsOf(result, limit)),
      ),
    );
  const failures = results.flatMap(({ work, rows }) =>
    rows
      .filter(({ failure }) => failure)
      .map(({ name, label, failure }) => `- ${work.name}, ${name ?? label}: ${failure}`),
  );
  if (failures.length > 0) lines.push("", "Failed:", "", ...failures);
  const nets = results.filter(({ work, rows }) => work.layers && timedOwn(rows));
  if (nets.length > 0)
    lines.push(
      "",
      "What compiling costs chainrule: the first call of a fresh process less a steady step, and after how many steps five in a row",
      `are within ${percent(nearly - 1)} of a steady one.`,
      "",
      ...table(
        ["work", "side", "compiling, ms", "range", "goal", "steps to full speed", "range"],
        nets.map(compilingOf),
      ),
    );
  for (const { work, rows } of results) {
    const row = timedOwn(rows);
    if (!work.call || !row) continue;
    const micros = (ms) => (1e3 * ms).toFixed(1);
    const spread = `${range(row.runs.map(median), micros)} over processes, goal ${work.goal.call}`;
    lines.push("", `A call of a program of next to no work takes ${micros(time(row))} µs (${spread}).`);
  }
  return `${lines.join("\n")}\n`;
}

function rowsOf({ work, operations, rows }, limit) {
  const mine = timedOwn(rows);
  const ours = mine ? time(mine) : null;
  const all = rows.map((row) => {
    if (row.failure) return ["", row.name ?? row.label, "failed", "", "", "", "", "", "", ""];
    const [ms, speed] = [time(row), operations / time(row)];
    const samples = row.runs.length > 1 ? row.runs.map(median) : row.runs[0];
    const spread = samples.length > 1 ? range(samples, short) : "one round";
    return [
      ...["", row.name, short(ms), spread, (speed / 1e6).toFixed(1), percent(speed / limit)],
      row.own && work.goal?.share ? percent(work.goal.share) : "",
      ours ? (ms / ours).toFixed(2) : "",
      short(median(row.firsts.map(([first]) => first))),
      percent(row.worked / row.elapsed),
    ];
  });
  const least = ["", "the limit", short(operations / limit), "", (limit / 1e6).toFixed(1), percent(1), "", "", "", ""];
  all.push(least);
  all[0][0] = work.name;
  return all;
}

function timedOwn(rows) {
  return rows.find(({ own, failure }) => own && !failure);
}

function compilingOf({ work, rows }) {
  const row = timedOwn(rows);
  const steady = row.runs.map(median);
  const compiling = row.firsts.map(([first], i) => first - steady[i]);
  const after = row.firsts.map((steps, i) => {
    const found = steps.findIndex(
      (_, k) => k > 0 && k + 5 <= steps.length && median(steps.slice(k, k + 5)) <= nearly * steady[i],
    );
    return found < 0 ? steps.length : found;
  });
  const goal = work.goal?.compile ? `${work.goal.compile}` : "";
  const whole = (ms) => ms.toFixed(0);
  const name = [work.name, row.name];
  return [...name, whole(median(compiling)), range(compiling, whole), goal, `${median(after)}`, range(after, String)];
}

/** Milliseconds a step: the median process's median round. */
function time({ runs }) {
  return median(runs.map(median));
}

function table(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const right = head.map((_, column) => column > 1);
  const line = (row) =>
    `| ${row.map((cell, column) => (right[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => `${"-".repeat(width - 1)}${right[column] ? ":" : "-"}`).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)];
}
