// How the time of a training step grows with the net: an MLP and a convolutional net (W1 and W3 of works.js), whose batch, width and depth
// are varied one at a time, on one thread and on two, compared with a straight line, a + b · operations, and with the physical limit. Each
// point has to give the losses of the same net without `compile`, and the same bits with every number of threads. Then it is timed in fresh
// processes, in rounds that alternate with the limit. scaling-report.js writes the tables, scaling-chart.js draws the chart.
//
//   node bench/scaling.js [rounds] [--threads 1,2] [--net mlp] [--axis batch] [--most 512] [--out FOLDER]
//
// --most leaves out points with larger values. With --net, --axis or --most no file is written unless --out names a folder.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, fail, threadsIn } from "./arguments.js";
import { eager, ownSide } from "./contestants.js";
import { Limits } from "./limit-on-threads.js";
import { machine } from "./markdown.js";
import { axes, nets, pointsOf } from "./scaling-points.js";
import { Side } from "./side-process.js";
import { median, sum } from "./statistics.js";
import { operationsOf, questionOf } from "./works.js";

const processes = 3;
const chunkMs = 50; // time for which a side runs at a time
const checkedSteps = 2; // steps whose losses are compared
const tolerance = 1e-4; // of a loss

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1,2" },
    net: { type: "string" },
    axis: { type: "string" },
    most: { type: "string", default: "Infinity" },
    out: { type: "string" },
  },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 9 });
if (!(Number(options.most) > 0)) fail(`--most ${options.most}: give a number`);
for (const [name, all] of Object.entries({ net: Object.keys(nets), axis: axes })) {
  if (options[name] && !all.includes(options[name])) fail(`--${name} ${options[name]}: there are ${all.join(", ")}`);
}
const threads = threadsIn(options.threads);
const limits = new Map();
for (const count of threads) limits.set(count, await Limits.open(count));
const best = new Map(threads.map((count) => [count, 0])); // operations per millisecond

const points = [];
for (const net of options.net ? [options.net] : Object.keys(nets)) {
  const all = pointsOf(net, { axes: options.axis ? [options.axis] : axes, max: Number(options.most) });
  for (const [i, point] of all.entries()) {
    process.stderr.write(
      `bench: ${net}, ${i + 1} of ${all.length}: ${axes.map((axis) => `${axis} ${point[axis]}`).join(", ")}\n`,
    );
    points.push(await measure(point));
  }
}
const figures = { machine, limits: [...best].map(([threads, limit]) => ({ threads, limit })), points };
const isComplete = !options.net && !options.axis && options.most === "Infinity" && options.threads === "1,2";
const folder = options.out ?? (isComplete ? fileURLToPath(new URL(".", import.meta.url)) : null);
const { scalingReport } = await import("./scaling-report.js");
const text = scalingReport(figures);
console.log(text);
if (folder) {
  const { scalingChart } = await import("./scaling-chart.js");
  writeFileSync(join(folder, "scaling.json"), `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(join(folder, "scaling.md"), text);
  const chart = options.out
    ? join(folder, "scaling.svg")
    : fileURLToPath(new URL("../docs/scaling.svg", import.meta.url));
  writeFileSync(chart, scalingChart(figures));
}

/** The point with its operations, its times by number of threads, and the facts that profile() gives of a step. */
async function measure(point) {
  const { input, layers, optimizer } = nets[point.net].of(point);
  const question = questionOf({ name: point.net, input, layers, optimizer });
  const right = await lossesOf(question);
  const sides = threads.map((count) => ({ side: ownSide(count), runs: [], elapsed: 0, worked: 0 }));
  let report = "";
  let bits = null;
  for (let turn = 0; turn < processes; turn++) {
    const running = [];
    for (const { side } of sides) {
      const one = await begin(new Side(side), question);
      const losses = (await ask(one, { run: checkedSteps })).values;
      bits ??= losses;
      for (const [i, loss] of losses.entries()) {
        const where = `${JSON.stringify(point)}: loss ${loss} in step ${i + 1} with threads: ${side.threads}`;
        if (!(Math.abs(loss - right[i]) <= tolerance * right[i])) fail(`${where}, not ${right[i]}`);
        if (loss !== bits[i]) fail(`${where}, ${bits[i]} in another process`);
      }
      running.push({ one, pace: await paceOf(one) });
    }
    for (let round = 0; round < Math.ceil(rounds / processes); round++) {
      for (const [i, { one, pace }] of running.entries()) {
        limits.get(one.threads).measure();
        const { milliseconds, processor } = await ask(one, { run: Math.max(1, Math.round(chunkMs / pace)) });
        const elapsed = one.threads * sum(milliseconds);
        sides[i].elapsed += elapsed;
        sides[i].worked += Math.min(elapsed, processor);
        (sides[i].runs[turn] ??= []).push(median(milliseconds));
      }
    }
    if (report === "") ({ report } = await ask(running[0].one, { profile: true }));
    for (const { one } of running) one.stop();
  }
  for (const [count, limit] of limits) best.set(count, Math.max(best.get(count), limit.take()));
  const times = sides.map(({ side, runs, elapsed, worked }) => {
    const each = runs.map(median);
    const range = { least: Math.min(...each), most: Math.max(...each) };
    return { threads: side.threads, ms: median(each), ...range, running: worked / elapsed };
  });
  return {
    ...point,
    operations: operationsOf({ input, layers }),
    ...nets[point.net].bytesOf(point),
    ...account(report),
    times,
  };
}

async function lossesOf(question) {
  const one = await begin(new Side(eager), question);
  const losses = [];
  while (losses.length < checkedSteps) losses.push(...(await ask(one, { run: 1 })).values); // one step at a time, so that each answer comes within Side's time limit
  one.stop();
  return losses;
}

/** Milliseconds per step, once the engine has optimised the code. */
async function paceOf(one) {
  let pace = Number.POSITIVE_INFINITY;
  for (let steps = 0, spent = 0; steps < 30 && spent < 5 * chunkMs; ) {
    const { milliseconds } = await ask(one, { run: Math.max(1, Math.min(10, Math.round(chunkMs / pace))) });
    pace = median(milliseconds);
    steps += milliseconds.length;
    spent += pace * milliseconds.length;
  }
  return pace;
}

/** Reads profile()'s table: the number of kernels of a step, and the share of its time in products, the only rows that have GFLOP/s. */
function account(report) {
  const lines = report.split("\n");
  const heading = lines.findIndex((line) => line.includes("µs") && line.includes("GFLOP/s"));
  if (heading < 0) fail(`profile() has no columns of µs and GFLOP/s any more:\n${report}`);
  const [micros, speed] = ["µs", "GFLOP/s"].map((name) => lines[heading].indexOf(name) + name.length); // the columns at which cells end
  const rows = lines
    .slice(heading + 1)
    .filter((line) => line !== "" && !line.startsWith("total"))
    .map((line) => ({
      time: Number(/\d+$/.exec(line.slice(0, micros))?.[0]),
      product: line.slice(micros, speed).trim() !== "",
    }));
  const time = (all) => sum(all.map((row) => row.time));
  const products = time(rows.filter(({ product }) => product)) / time(rows);
  if (!(products >= 0 && products <= 1)) fail(`profile()'s table cannot be read any more:\n${report}`);
  return { kernels: rows.length, products };
}

async function begin(side, question) {
  const answer = await side.begin(question);
  return answer ? side : fail(`${side.name}: ${side.failure}`);
}

async function ask(side, question) {
  return (await side.ask(question)) ?? fail(`${side.name}: ${side.failure}`);
}
