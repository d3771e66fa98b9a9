// Whole nets that are larger than those of steps.js: the time of the first step, most of which is compiling, and the share of the limit
// that a step's products reach. Every sample is a fresh process (nets/process.js); a figure is the median over processes of the quiet tenth
// of the rounds, because a neighbour on a shared machine slows loads by half for seconds at a time, but not the loop of the limit.
//
//   node bench/nets.js [processes] [--threads 1,2] [--only gpt-1,u-net] [--seconds 4] [--slow 0.7] [--out FILE]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, fail, threadsIn } from "./arguments.js";
import { machine, percent, short, table, whole } from "./markdown.js";
import { nets } from "./nets/models.js";
import { median } from "./statistics.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1,2" },
    only: { type: "string" },
    seconds: { type: "string", default: "4" },
    slow: { type: "string", default: "0.7" },
    out: { type: "string" },
  },
});
const processes = countIn(positionals, { name: "processes", fallback: 3 });
const threads = threadsIn(options.threads);
const [seconds, slow] = [Number(options.seconds), Number(options.slow)];
if (!(seconds > 0)) fail(`--seconds ${options.seconds}: give a positive number`);
if (!(slow >= 0)) fail(`--slow ${options.slow}: give a share of the limit, such as 0.8`);
const names = options.only?.split(",") ?? [...nets.keys()];
for (const name of names) if (!nets.has(name)) fail(`--only ${name}: there are ${[...nets.keys()].join(", ")}`);

const results = names.flatMap((name) => threads.map((count) => measure(name, count)));

const text = `${[
  "# Whole nets",
  "",
  `Made by \`npm run bench\` on ${machine}; milliseconds, medians over fresh processes: ${processes}.`,
  "",
  "Compiling is the first step of a process less a warm one. The share is that of the products alone, of what as many threads can reach.",
  "",
  ...table(
    ["net", "threads", "kernels", "module, kB", "first step", "compiling", "goal", "step", "share", "goal"],
    results.map(({ name, threads, kernels, bytes, first, step, share }) => [
      ...[name, `${threads}`, `${kernels}`, whole(bytes / 1e3), whole(first), whole(first - step)],
      `${nets.get(name).goal.compile ?? ""}`,
      short(step),
      percent(share),
      nets.get(name).goal.share ? percent(nets.get(name).goal.share) : "",
    ]),
    1,
  ),
  "",
  ...names.map((name) => `- ${name}: ${nets.get(name).title}`),
  ...slowest(),
].join("\n")}\n`;
console.log(text);
const isComplete = !options.only && options.threads === "1,2";
const out = options.out ?? (isComplete ? fileURLToPath(new URL("nets.md", import.meta.url)) : null);
if (out) writeFileSync(out, text);

/** The figures of a net: medians over processes. */
function measure(name, count) {
  process.stderr.write(`bench: ${name}, ${count} threads\n`);
  const samples = Array.from({ length: processes }, () => sample(name, count));
  const of = (figure) => median(samples.map(figure));
  const [{ kernels, bytes, report }] = samples;
  return {
    ...{ name, threads: count, kernels, bytes, report },
    first: of(({ first }) => first),
    step: of(({ rounds }) => quiet(rounds.map(({ step }) => step))),
    share: of(({ rounds, report }) => {
      const limit = quiet(rounds.map(({ limit }) => 1 / limit));
      return (operationsIn(report) * limit) / quiet(rounds.map(({ step }) => step));
    }),
  };
}

function sample(name, count) {
  const script = fileURLToPath(new URL("nets/process.js", import.meta.url));
  const order = JSON.stringify({ name, threads: count, seconds });
  const env = { ...process.env, CHAINRULE_THREADS: `${count}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, order], {
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) fail(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The mean of the fastest tenth of the times. */
function quiet(times) {
  const fast = times.toSorted((a, b) => a - b).slice(0, Math.max(1, Math.floor(times.length / 10)));
  return fast.reduce((sum, time) => sum + time, 0) / fast.length;
}

/** The lines of profile()'s report: name, µs, GFLOP/s of products, share of the limit in %, plan. */
function linesOf(report) {
  return report.split("\n").flatMap((line) => {
    const found = /^(\S+) +(\d+) +([\d.]+) +(\d+) % +[\d.]+ *(.*)$/.exec(line);
    if (found === null) return [];
    const [, name, time, rate, share, plan] = found;
    return [{ name, time: Number(time), rate: Number(rate), share: Number(share) / 100, plan }];
  });
}

/** The floating-point operations of a step's products. */
function operationsIn(report) {
  const total = linesOf(report).find(({ name }) => name === "total");
  return total === undefined ? 0 : total.time * total.rate * 1e3;
}

/** A table of the products below the share `--slow` that take a hundredth of their net's step or more, with one thread; equal ones together. */
function slowest() {
  const rows = results.filter(({ threads }) => threads === 1).flatMap(slowestOf);
  if (rows.length === 0) return [];
  const head = ["net", "kernel", "count", "µs each", "share", "plan"];
  return ["", `Products below ${percent(slow)} of the limit, in one profiled step:`, "", ...table(head, rows, 2)];
}

function slowestOf({ name, report }) {
  const lines = linesOf(report);
  const all = lines.find(({ name }) => name === "total")?.time ?? 0;
  const alike = new Map();
  for (const line of lines) {
    if (line.name === "total" || line.share >= slow || line.time < all / 100) continue;
    const key = `${line.name} ${line.plan}`;
    alike.set(key, [...(alike.get(key) ?? []), line]);
  }
  return [...alike.values()].map((group) => [
    ...[name, group[0].name, `${group.length}`],
    whole(median(group.map(({ time }) => time))),
    percent(median(group.map(({ share }) => share))),
    group[0].plan,
  ]);
}
