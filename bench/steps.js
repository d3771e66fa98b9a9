// Training steps and matrix products, chainrule beside its peers, float32, one thread each (the works: works.js). A side first has to
// give the right losses, then all are timed in interleaved rounds together with the physical limit (limit.js), so that a busy machine
// slows all of them; figures are medians. One process can be lucky or unlucky with the code that its engine makes, so chainrule runs
// each work in several fresh ones, and the products of all sides do.
//
//   node bench/steps.js [rounds] [--only W1,W2] [--no-peers] [--eager] [--out FILE]
//   node bench/steps.js --expect      prints PyTorch's float64 losses, for works.js
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { register } from "tsx/esm/api";
import { installPeers } from "./peers/install.js";
import { report } from "./report.js";
import { Side } from "./side.js";
import { entriesOf, operationsOf, questionOf, works } from "./works.js";

register();
const { hasRelaxed, limitsOf } = await import("./limit.js");

const budget = 20e3; // ms that a side may take of one work, once it has been timed at all
const chunk = 60; // ms that a side runs at a time
const watched = 40; // steps of a fresh process of chainrule, to see when it reaches full speed
const tolerance = 1e-4; // of a loss

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    out: { type: "string" },
    "no-peers": { type: "boolean" },
    eager: { type: "boolean" },
    expect: { type: "boolean" },
  },
});
const rounds = Number(positionals[0] ?? 20);
if (!Number.isSafeInteger(rounds) || rounds < 1) fail(`rounds: ${positionals[0]}, give a whole number of at least 1`);
const wanted = options.only?.split(",");
const chosen = works.filter(({ name }) => wanted?.some((word) => word === name || word === name.split(" ")[0]) ?? true);
if (chosen.length === 0) fail(`--only ${options.only}: there are ${works.map(({ name }) => name).join(", ")}`);

const file = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const pytorch = [process.env.PYTHON ?? "python3", file("pytorch.py")];
if (options.expect) {
  await printExpected();
  process.exit();
}

const missing = options["no-peers"] ? null : installPeers();
const sides = [
  { label: "chainrule", command: [process.execPath, file("chainrule.js")], own: true },
  { label: "chainrule, eager", command: [process.execPath, file("chainrule.js"), "--eager"], skip: !options.eager },
  { label: "TensorFlow.js", command: [process.execPath, file("tfjs.js")], peer: true, missing },
  { label: "jax-js", command: [process.execPath, file("jax.js")], peer: true, missing },
  { label: "PyTorch", command: pytorch, peer: true },
].filter(({ peer, skip }) => !skip && !(peer && options["no-peers"]));

const relaxed = hasRelaxed();
const limits = limitsOf(relaxed);
for (let round = 0; round < 3; round++) measureLimits();

const results = [];
for (const work of chosen) {
  process.stderr.write(`bench: ${work.name}, ${work.title}\n`);
  results.push(await measure(work));
}
// A busy machine slows the limit too: only the best work's is one.
const limit = Math.max(...results.map((result) => result.limit));
const processor = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;
const text = report(results, {
  node: process.version,
  processor,
  limit,
  relaxed,
});
console.log(text);
const whole = !wanted && !options["no-peers"] && !options.eager;
const out = options.out ?? (whole ? fileURLToPath(new URL("results.md", import.meta.url)) : null);
if (out) writeFileSync(out, text);
if (results.some(({ rows }) => rows.some(({ own, failure }) => own && failure))) process.exitCode = 1;

/** One work: { work, operations, limit, rows }, limit in operations a millisecond. */
async function measure(work) {
  const question = questionOf(work);
  const taking = sides.filter(({ own }) => own || !work.call);
  const rows = taking.map(({ label, own, missing }) => ({
    label,
    own,
    failure: missing ?? null,
    runs: [],
    firsts: [],
    elapsed: 0, // ms of the timed rounds, and for how many of them a processor worked
    worked: 0,
  }));
  const alive = taking.map(() => null);
  const speeds = limits.map(() => []); // operations a millisecond
  const processes = work.processes ?? 5;
  for (let turn = 0; turn < processes; turn++) {
    for (const [i, side] of taking.entries()) {
      if (rows[i].failure || alive[i]) continue;
      alive[i] = new Side(side.label, side.command);
      rows[i].runs.push([]);
      await prepare(alive[i], rows[i], work, question);
      rows[i].failure = alive[i].failure;
    }
    for (let round = 0; round < Math.ceil(rounds / processes); round++) {
      for (const [i, side] of alive.entries()) {
        const run = rows[i].runs.at(-1);
        if (rows[i].failure || (run.length > 0 && side.spent > budget)) continue;
        for (const [k, speed] of measureLimits().entries()) speeds[k].push(speed);
        const answer = await side.ask({ run: Math.max(1, Math.round(chunk / side.pace)) });
        rows[i].failure = side.failure;
        if (!answer) continue;
        run.push(median(answer.milliseconds) / (question.repeats ?? 1));
        const elapsed = sum(answer.milliseconds);
        rows[i].elapsed += elapsed;
        rows[i].worked += Math.min(elapsed, answer.processor);
      }
    }
    for (const [i, { own }] of taking.entries()) {
      if (turn < processes - 1 && !own && !work.size) continue;
      alive[i]?.stop();
      alive[i] = null;
    }
  }
  return { work, operations: work.call ? 0 : operationsOf(work), limit: Math.max(...speeds.map(median)), rows };
}

function measureLimits() {
  return limits.map((limit) => {
    const start = performance.now();
    return limit() / (performance.now() - start);
  });
}

/** Hands the work over, checks the first results and runs until the engine's compilers are through. */
async function prepare(side, row, work, question) {
  row.name = (await side.ask(question))?.name ?? row.label;
  const count = row.own ? watched : (work.losses?.length ?? 1);
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
    if (losses.length >= 2 && side.spent > budget) break;
  }
  if (work.size) await checkProduct(side, question);
  row.firsts.push(first);
  side.pace = first.at(-1);
  for (let steps = 0; steps < 30 && side.pace * steps < 5 * chunk && side.spent < budget && !side.failure; ) {
    const times = (await side.ask({ run: Math.max(1, Math.min(10, Math.round(chunk / side.pace))) }))?.milliseconds;
    steps += times?.length ?? 0;
    side.pace = times ? median(times) : side.pace;
  }
}

async function checkProduct(side, question) {
  const { places, values } = entriesOf(question);
  const entries = (await side.ask({ entries: places }))?.values ?? [];
  for (const [i, entry] of entries.entries()) {
    // terms in [-1, 1]: what float32 loses grows with the square root of their number
    if (!(Math.abs(entry - values[i]) <= 1e-5 * Math.sqrt(question.size)))
      side.fail(`wrong: ${entry} at ${places[i]}, not ${values[i]}`);
  }
}

async function printExpected() {
  for (const work of chosen.filter(({ losses }) => losses)) {
    const side = new Side("PyTorch", pytorch);
    await side.ask({ ...questionOf(work), float64: true });
    const answer = await side.ask({ run: work.losses.length });
    console.log(`${work.name} [${answer?.values.join(", ") ?? side.failure}]`);
    side.stop();
  }
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function median(values) {
  return values.toSorted((x, y) => x - y)[values.length >> 1];
}

function fail(message) {
  console.error(`bench/steps: ${message}`);
  process.exit(1);
}
