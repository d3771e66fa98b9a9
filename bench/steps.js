// Training steps and matrix products (works.js) in chainrule and its peers (contestants.js), in float32, with one thread and with two. A
// side first has to give the right losses. Then all sides are timed in rounds that alternate with the physical limit of as many threads
// (limit-on-threads.js), so that a busy machine slows all of them; figures are medians. The code that an engine makes varies between
// processes, so chainrule runs each work in several fresh processes, and all sides do so for matrix products.
//
//   node bench/steps.js [rounds] [--threads 1,2] [--only W1,W2] [--no-peers] [--eager] [--xla] [--sides chainrule,PyTorch] [--out FILE]
//   node bench/steps.js --expect      prints PyTorch's float64 losses, for works.js
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, threadsIn } from "./arguments.js";
import { pytorch, sidesOf } from "./contestants.js";
import { Limits, relaxed } from "./limit-on-threads.js";
import { report } from "./report.js";
import { Side } from "./side-process.js";
import { median, sum } from "./statistics.js";
import { chosenFrom, entriesOf, operationsOf, questionOf, works } from "./works.js";

const budgetMs = 20e3; // time after which a side of one work gets no further rounds, once it has had one
const chunkMs = 60; // time for which a side runs at a time
const warmUpSteps = 40; // first steps of a fresh process of chainrule that are recorded, to see when it reaches full speed
const tolerance = 1e-4; // of a loss

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1,2" },
    only: { type: "string" },
    out: { type: "string" },
    "no-peers": { type: "boolean" },
    eager: { type: "boolean" },
    xla: { type: "boolean" },
    sides: { type: "string" },
    expect: { type: "boolean" },
  },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 20 });
const selectedWorks = chosenFrom(works, options.only);
const threads = threadsIn(options.threads);

if (options.expect) {
  await printExpected();
  process.exit();
}

const peers = !options["no-peers"];
const chosenSides = options.sides?.split(",");
const sides = sidesOf({ threads, peers, withEager: options.eager, withXla: options.xla, chosen: chosenSides });
const limits = new Map();
for (const count of threads) limits.set(count, await Limits.open(count));

const results = [];
for (const work of selectedWorks) {
  process.stderr.write(`bench: ${work.name}, ${work.title}\n`);
  results.push(await measure(work));
}
const text = report(results, { relaxed, threads });
console.log(text);
const isComplete =
  !options.only && options.threads === "1,2" && peers && !options.eager && !options.xla && !options.sides;
const out = options.out ?? (isComplete ? fileURLToPath(new URL("results.md", import.meta.url)) : null);
if (out) writeFileSync(out, text);
if (results.some(({ rows }) => rows.some(({ own, failure }) => own && failure))) process.exitCode = 1;

/** Measures one work: { work, operations, limits, rows }, with limits by number of threads, in operations per millisecond. */
async function measure(work) {
  const question = questionOf(work);
  const participants = sides.filter(({ label, own }) => work.sides?.includes(label) ?? (own || !work.call));
  const rows = participants.map(({ label, own, threads, missing }) => ({
    label,
    own,
    threads,
    failure: missing ?? null,
    runs: [],
    firsts: [],
    elapsed: 0, // ms of the timed rounds, summed over threads
    worked: 0, // ms of them in which a thread had a processor
  }));
  const bits = { losses: null }; // the losses of chainrule's first process; all others have to give the same bits
  const running = participants.map(() => null);
  const processes = work.processes ?? 5;
  for (let turn = 0; turn < processes; turn++) {
    for (const [i, side] of participants.entries()) {
      if (rows[i].failure || running[i]) continue;
      running[i] = new Side(side);
      rows[i].runs.push([]);
      await prepare(running[i], rows[i], { work, question, bits });
      rows[i].failure = running[i].failure;
    }
    for (let round = 0; round < Math.ceil(rounds / processes); round++) {
      for (const [i, side] of running.entries()) {
        const run = rows[i].runs.at(-1);
        if (rows[i].failure || (run.length > 0 && side.spent > budgetMs)) continue;
        limits.get(rows[i].threads).measure();
        const answer = await side.ask({ run: Math.max(1, Math.round(chunkMs / side.pace)) });
        rows[i].failure = side.failure;
        if (!answer) continue;
        run.push(median(answer.milliseconds) / (question.repeats ?? 1));
        const elapsed = rows[i].threads * sum(answer.milliseconds);
        rows[i].elapsed += elapsed;
        rows[i].worked += Math.min(elapsed, answer.processor);
      }
    }
    for (const [i, { own }] of participants.entries()) {
      if (turn < processes - 1 && !own && !work.size) continue;
      running[i]?.stop();
      running[i] = null;
    }
  }
  const speeds = new Map([...limits].map(([count, limit]) => [count, limit.take()]));
  return { work, operations: work.call ? 0 : operationsOf(work), limits: speeds, rows };
}

/** Sends the work, checks the first results and runs until the engine has optimised the code. */
async function prepare(side, row, { work, question, bits }) {
  row.name = (await side.begin(question))?.name ?? row.label;
  const count = row.own ? warmUpSteps : (work.losses?.length ?? 1);
  const first = [];
  for (const losses = []; losses.length < count && !side.failure; ) {
    const answer = await side.ask({ run: row.own ? count : 1 });
    if (!answer) return;
    first.push(...answer.milliseconds);
    losses.push(...answer.values);
    for (const [i, expected] of (work.losses ?? []).slice(0, losses.length).entries()) {
      if (!(Math.abs(losses[i] - expected) <= tolerance * expected))
        side.fail(`wrong: loss ${losses[i]} in step ${i + 1}, not ${expected}`);
    }
    if (row.own && work.losses) {
      bits.losses ??= losses;
      const other = losses.findIndex((loss, i) => loss !== bits.losses[i]);
      if (other >= 0)
        side.fail(`wrong: loss ${losses[other]} in step ${other + 1}, another process ${bits.losses[other]}`);
    }
    if (losses.length >= 2 && side.spent > budgetMs) break;
  }
  if (work.size) await checkProduct(side, question);
  row.firsts.push(first);
  side.pace = first.at(-1);
  for (let steps = 0; steps < 30 && side.pace * steps < 5 * chunkMs && side.spent < budgetMs && !side.failure; ) {
    const times = (await side.ask({ run: Math.max(1, Math.min(10, Math.round(chunkMs / side.pace))) }))?.milliseconds;
    steps += times?.length ?? 0;
    side.pace = times ? median(times) : side.pace;
  }
}

async function checkProduct(side, question) {
  const { places, values } = entriesOf(question);
  const entries = (await side.ask({ entries: places }))?.values ?? [];
  for (const [i, entry] of entries.entries()) {
    // The terms are in [-1, 1]; the rounding error of a float32 sum grows with the square root of their number.
    if (!(Math.abs(entry - values[i]) <= 1e-5 * Math.sqrt(question.size)))
      side.fail(`wrong: ${entry} at ${places[i]}, not ${values[i]}`);
  }
}

async function printExpected() {
  for (const work of selectedWorks.filter(({ losses }) => losses)) {
    const side = new Side({ ...pytorch, threads: 1 });
    await side.begin({ ...questionOf(work), float64: true });
    const answer = await side.ask({ run: work.losses.length });
    console.log(`${work.name} [${answer?.values.join(", ") ?? side.failure}]`);
    side.stop();
  }
}
