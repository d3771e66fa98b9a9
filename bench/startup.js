// The time until the first step is done: from the start of the process `node` to the end of the first training step of the nets of works.js,
// divided into its parts; and the time of compiling, divided into passes (timed-copy.js). Every sample is a fresh process
// (startup-process.js), whose losses have to be those of the same net without `compile`. Figures are medians over processes.
//
//   node bench/startup.js [processes] [--threads 1,2] [--only W1,W2] [--out FILE]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { countIn, fail, threadsIn } from "./arguments.js";
import { machine, range, table } from "./markdown.js";
import { median, sum } from "./statistics.js";
import { timedCopy } from "./timed-copy.js";
import { chosenFrom, nets } from "./works.js";

const goal = 400; // ms from the start of the process to the end of the first step
const tolerance = 1e-4; // of a loss
const timeline = ["first line", "loaded", "made", "first step", "second step"];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: "string", default: "1,2" }, only: { type: "string" }, out: { type: "string" } },
});
const processes = countIn(positionals, { name: "processes", fallback: 7 });

const cases = chosenFrom(nets, options.only).flatMap((work) =>
  threadsIn(options.threads).map((threads) => ({ work, threads, samples: { steps: [], passes: [] } })),
);
for (const one of cases) {
  const { losses } = sample(one, "eager");
  one.losses = losses;
}
const library = `${pathToFileURL(timedCopy()).href}/`;
for (let round = 0; round < processes; round++) {
  for (const one of cases) {
    one.samples.steps.push(sample(one, "steps").marks);
    one.samples.passes.push(new Map(sample(one, "passes", library).passes));
  }
}
const passes = [...(cases[0]?.samples.passes[0].keys() ?? [])].filter((name) => name !== "first run");

const tenths = (milliseconds) => milliseconds.toFixed(1);
const text = `${[
  "# The first step",
  "",
  `Made by \`npm run bench\` on ${machine}; milliseconds, medians over fresh processes: ${processes}. The nets are those of [results.md](results.md).`,
  "",
  "From the start of the process `node` to the end of the first training step, with its loss read: the time until node runs the script's",
  "first line, loading chainrule, making the net and a batch, and the first step, which compiles. The step does not wait for threads; they",
  "join when they have started.",
  "",
  ...table(
    ["work", "threads", "node", "loading", "net, data", "first step", "together", "range", "goal", "second step"],
    cases.map(({ work, threads, samples: { steps } }) => {
      const between = timeline.map((name, i) => median(steps.map((at) => at[name] - (at[timeline[i - 1]] ?? 0))));
      const [node, loading, made, first, second] = between.map(tenths);
      const all = steps.map((at) => at["first step"]);
      const parts = [node, loading, made, first, tenths(median(all))];
      return [work.name, `${threads}`, ...parts, range(all, tenths), `${goal}`, second];
    }),
    1,
  ),
  "",
  "The parts of compiling: the library's passes in order, each without the passes that it calls. Module: the engine reads the WebAssembly.",
  "All else: the signature of the call, the memory of states, the arena, the instance. The first run is no part of compiling; an engine that",
  "compiles a function on its first call does so there.",
  "",
  ...table(
    ["work", "threads", ...passes, "compiling", "range", "goal", "first run"],
    cases.map(({ work, threads, samples: { passes: all } }) => {
      const sums = all.map((times) => sum(passes.map((name) => times.get(name) ?? 0)));
      const columns = [...passes.map((name) => median(all.map((times) => times.get(name) ?? 0))), median(sums)].map(
        tenths,
      );
      const first = tenths(median(all.map((times) => times.get("first run"))));
      return [work.name, `${threads}`, ...columns, range(sums, tenths), `${work.goal.compile ?? ""}`, first];
    }),
    1,
  ),
].join("\n")}\n`;
console.log(text);
const isComplete = !options.only && options.threads === "1,2";
const out = options.out ?? (isComplete ? fileURLToPath(new URL("startup.md", import.meta.url)) : null);
if (out && cases.length > 0) writeFileSync(out, text);

/** Runs startup-process.js: { losses, marks, passes }, with marks in ms since the start of the process and passes in ms. */
function sample({ work, threads, losses: expected }, way, library) {
  const { input, layers, optimizer } = work;
  const env = { ...process.env, CHAINRULE_THREADS: `${threads}` };
  const script = fileURLToPath(new URL("startup-process.js", import.meta.url));
  const spawned = `${process.hrtime.bigint()}`; // all processes of a machine share this clock
  const order = JSON.stringify({ way, work: { input, layers, optimizer }, threads, spawned, library });
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, order], { env, encoding: "utf8" });
  if (status !== 0) fail(`${work.name}, ${way}: ${stderr}`);
  const result = JSON.parse(stdout);
  for (const [i, loss] of result.losses.entries()) {
    const right = expected?.[i] ?? loss;
    if (!(Math.abs(loss - right) <= tolerance * right))
      fail(`${work.name}, ${way}: loss ${loss} in step ${i + 1}, not ${right}`);
  }
  return result;
}
