// What compiling a training step costs in a fresh process, up to the first run: the processor time of the main thread and of the whole
// process, in which the engine optimises the compiler's own code beside it; and how often functions of the library are called, by folders,
// a figure that does not depend on what else the machine does. Times are the least over the processes, since neighbours only add to them.
//
//   node bench/compile.js [processes] [--only W1,gpt-12] [--against FOLDER] [--out FILE]
//
// FOLDER is another checkout of this repository that is built; the processes of both alternate.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, fail } from "./arguments.js";
import { machine, table, whole } from "./markdown.js";

/** The processor time of the main thread that compiling may take, in ms: the project's goals. */
const goals = {
  W1: 40,
  W2: 80,
  W3: null,
  "gpt-1": null,
  "gpt-12": 250,
  lstm: null,
  "resnet-18": 600,
  mobile: null,
  "u-net": null,
};

/** The folders of src/ in the order in which a program passes them. */
const folders = ["tensor", "compiler", "schedule", "loops", "backends"];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, against: { type: "string" }, out: { type: "string" } },
});
const processes = countIn(positionals, { name: "processes", fallback: 7 });
const names = options.only?.split(",") ?? Object.keys(goals);
for (const name of names) if (!(name in goals)) fail(`--only ${name}: there are ${Object.keys(goals).join(", ")}`);

const own = fileURLToPath(new URL("..", import.meta.url));
const checkouts = [{ label: "", folder: own }];
if (options.against) checkouts.push({ label: ` (${options.against})`, folder: `${resolve(options.against)}/` });

const cases = names.flatMap((name) => checkouts.map((checkout) => ({ name, ...checkout, samples: [] })));
for (const name of names)
  for (let round = 0; round < processes; round++)
    for (const one of cases) if (one.name === name) one.samples.push(sample(one, "time"));

const text = `${[
  "# Compiling",
  "",
  `Made by \`npm run bench\` on ${machine}. Milliseconds on one thread, the least of ${processes} fresh processes; thousands of calls.`,
  "",
  "From the call of the compiled function to the first run of its program. The main thread's time is what a user waits for on a machine that",
  "has another core for the engine's optimiser, whose time the whole process includes.",
  "",
  ...table(
    ["net", "main thread", "goal", "whole process", "module, kB", "calls", ...folders],
    cases.map((one) => {
      const { calls, bytes } = sample(one, "calls");
      const least = (figure) => Math.min(...one.samples.map(figure));
      const thousands = (count) => whole(count / 1e3);
      const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
      return [
        `${one.name}${one.label}`,
        whole(least(({ main }) => main)),
        `${goals[one.name] ?? ""}`,
        whole(least(({ all }) => all)),
        thousands(bytes),
        thousands(all),
        ...folders.map((folder) => thousands(calls[folder] ?? 0)),
      ];
    }),
    1,
  ),
].join("\n")}\n`;
console.log(text);
const isComplete = !options.only && !options.against;
const out = options.out ?? (isComplete ? fileURLToPath(new URL("compile.md", import.meta.url)) : null);
if (out) writeFileSync(out, text);

/** Runs compile-process.js: { main, all } in ms, or { calls, bytes }. */
function sample({ name, folder }, way) {
  const script = fileURLToPath(new URL("compile-process.js", import.meta.url));
  const order = JSON.stringify({ name, folder, way });
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, order], { encoding: "utf8" });
  if (status !== 0) fail(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}
