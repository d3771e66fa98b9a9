// Weak scaling of XLA over processes on this machine: N processes take a batch N times as large. Each process is a step's usual loop
// (processes/one.js). Figures are medians over steps of process 0. What it shows is the cost of working together; the processors are the same
// for all, so that N processes on fewer processors take N times as long for their part.
//
//   CHAINRULE_PYTHON=python3 node bench/processes.js [steps: 60] [--only W2,GPT] [--counts 1,2,4]
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { localCoordinator } from "chainrule-xla";
import { countIn, threadsIn } from "./arguments.js";
import { machine, percent, short, table } from "./markdown.js";
import { median } from "./statistics.js";
import { chosenFrom, works } from "./works.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string", default: "W2,GPT" }, counts: { type: "string", default: "1,2,4" } },
});
const steps = countIn(positionals, { name: "steps", fallback: 60 });
const counts = threadsIn(options.counts);

/** One process of a group: { losses, milliseconds, gradients }. */
function run(name, count, process_, coordinator) {
  const script = fileURLToPath(new URL("processes/one.js", import.meta.url));
  const group = { CHAINRULE_COORDINATOR: coordinator, CHAINRULE_PROCESS: process_, CHAINRULE_PROCESSES: count };
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  const env = { ...process.env, NPROC: `${threads}`, ...(count > 1 ? group : {}) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, name, `${count}`, `${steps}`], { env });
    let [out, errors] = ["", ""];
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (errors += text));
    child.on("close", (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(errors))));
  });
}

const rows = [];
for (const { name } of chosenFrom(works, options.only)) {
  let alone = null;
  for (const count of counts) {
    const coordinator = await localCoordinator();
    const all = await Promise.all(Array.from({ length: count }, (_, i) => run(name, count, i, coordinator)));
    const [{ milliseconds, losses, gradients, batch }] = all;
    if (all.some((one) => one.losses.some((loss, i) => loss !== losses[i]))) throw new Error("the processes differ");
    const ms = median(milliseconds.slice(Math.floor(steps / 3)));
    alone ??= ms;
    const cells = [name, `${count}`, `${batch}`, short(ms), short((1e3 * batch) / ms), percent((count * alone) / ms)];
    rows.push([...cells, (gradients / 1e6).toFixed(2)]);
  }
}
const head = ["work", "processes", "batch", "ms a step", "examples/s", "of N times one", "MB all-reduced"];
console.log([`Weak scaling on ${machine}:`, "", ...table(head, rows, 1)].join("\n"));
