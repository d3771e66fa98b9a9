// The speed-up by threads: the training steps and products of works.js on one thread and on several, in one process, in turns of some
// milliseconds. A turn does not count where Linux reports that other programs used a processor during it. Before anything is timed, both
// have to give the same losses, to the bit.
//
//   node bench/threads.js [rounds] [--threads 2] [--only W1,W2] [--profile]
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as chainrule from "chainrule";
import { countIn } from "./arguments.js";
import { median } from "./statistics.js";
import { tensorOf, workOf } from "./training.js";
import { chosenFrom, questionOf, works } from "./works.js";

const { compile, zeros } = chainrule;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: "string", default: "2" }, only: { type: "string" }, profile: { type: "boolean" } },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 40 });
const threads = Number(options.threads);
const timeoutMs = 60e3; // time after which no further turn of a work begins
const chunkMs = 100; // time for which each of the two runs in a turn
const maxOthers = 0.05; // share of a processor that other programs may use during a turn

/** The chapter of explain() on threads. */
const threadsOf = (step) => `${step.chapters().find(({ name }) => name === "threads").text}\n`;

function training(question, threads) {
  const { train, batch } = workOf(chainrule, question);
  const step = compile(train, { threads });
  let i = 0;
  const run = () => step(...batch(i++)).item();
  return { run, about: () => `${threadsOf(step)}${step.profile(...batch(0))}` };
}

function product({ a, b }, threads) {
  const [left, right] = [a, b].map((described) => tensorOf(chainrule, described));
  const result = zeros(left.shape);
  const step = compile(() => void result.assign(left.matmul(right)), { threads });
  const run = () => {
    step();
    return 0;
  };
  return { run, about: () => `${threadsOf(step)}${step.profile()}` };
}

/** Whether other programs use more than a little processor time while `work` runs; false where the system does not tell. */
async function othersIn(work) {
  const [before, start] = [used(), performance.now()];
  await work();
  const after = used();
  return before !== null && after - before > 0.01 + (maxOthers * (performance.now() - start)) / 1e3;
}

/** Seconds of processor time that other programs have used since the start of the system; null where it does not tell. */
function used() {
  try {
    const [user, nice, system, , , irq, soft, steal] = readFileSync("/proc/stat", "utf8")
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const own = process.cpuUsage();
    return (user + nice + system + irq + soft + steal) / 100 - (own.user + own.system) / 1e6;
  } catch {
    return null;
  }
}

await chainrule.threadsReady();
console.log(`Node ${process.version}, ${threads} threads, load ${loadavg()[0].toFixed(1)}`);
console.log(
  "| work | one thread, ms | all threads, ms | speed-up, median | speed-up, best |\n|---|---:|---:|---:|---:|",
);
for (const work of chosenFrom(works, options.only)) {
  if (work.call) continue;
  const question = questionOf(work);
  const sides = [1, threads].map((count) => (work.size ? product : training)(question, count));
  for (let i = 0; i < 30; i++) {
    const [one, several] = sides.map(({ run }) => run());
    if (one !== several)
      throw new Error(`${work.name}: step ${i} gives ${one} on one thread and ${several} on ${threads}`);
  }
  const times = sides.map(() => []);
  for (let counted = 0, since = performance.now(); counted < rounds && performance.now() - since < timeoutMs; ) {
    if (await othersIn(() => new Promise((resolve) => setTimeout(resolve, 50)))) continue;
    const own = sides.map(() => []);
    const disturbed = await othersIn(() => {
      for (const [side, { run }] of sides.entries()) {
        for (const start = performance.now(); performance.now() - start < chunkMs; ) {
          const begin = performance.now();
          run();
          own[side].push(performance.now() - begin);
        }
      }
    });
    if (disturbed) continue;
    for (const [side, list] of own.entries()) times[side].push(...list);
    counted++;
  }
  if (times.some((list) => list.length === 0)) {
    console.log(`| ${work.name} | the machine was busy all the time |`);
    continue;
  }
  const [one, several] = times.map(median);
  const [first, second] = times.map((list) => list.toSorted((x, y) => x - y)[list.length >> 4]);
  const row = [work.name, one.toFixed(3), several.toFixed(3), (one / several).toFixed(2), (first / second).toFixed(2)];
  console.log(`| ${row.join(" | ")} |`);
  if (options.profile) console.log(sides[1].about());
}
