// The memory that training takes: the peak resident size of a fresh process that makes a net of works.js and trains 50 steps, for chainrule
// and its peers (contestants.js), and the peak of the same process after it had only loaded the library. Both contain the weights and
// batches as text, for all sides alike. Each side has to give the right losses. A side that would take too long does fewer than 50 steps,
// since memory reaches its peak after a few. Figures are medians over processes.
//
//   node bench/memory.js [processes] [--threads 1,2] [--only W1,W2] [--no-peers] [--out FILE]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, threadsIn } from "./arguments.js";
import { sidesOf } from "./contestants.js";
import { machine, range, table } from "./markdown.js";
import { Side } from "./side-process.js";
import { median } from "./statistics.js";
import { chosenFrom, nets, questionOf } from "./works.js";

const steps = 50;
const minSteps = 3; // the first one compiles
const budgetMs = 10e3; // time after which no further step begins
const tolerance = 1e-4; // of a loss

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1,2" },
    only: { type: "string" },
    out: { type: "string" },
    "no-peers": { type: "boolean" },
  },
});
const processes = countIn(positionals, { name: "processes", fallback: 3 });

const sides = sidesOf({ threads: threadsIn(options.threads), peers: !options["no-peers"] });
const rows = [];
const failures = [];
for (const work of chosenFrom(nets, options.only)) {
  process.stderr.write(`bench: ${work.name}, ${work.title}\n`);
  for (const [i, side] of sides.entries()) rows.push([i === 0 ? work.name : "", ...(await rowOf(side, work))]);
}
const bare = spawnSync(process.execPath, ["-p", "process.resourceUsage().maxRSS"], { encoding: "utf8" });
const head = ["work", "side", "threads", "loaded, MB", "peak, MB", "more than loaded, MB", "range", "steps"];
const text = `${[
  "# Memory",
  "",
  `Made by \`npm run bench\` on ${machine}. The largest resident size of a fresh process, in megabytes of 10⁶ bytes: once it has loaded`,
  `the library, and after it has made the net and trained ${steps} steps, or fewer where they would take more than ${budgetMs / 1e3} s; medians over processes: ${processes}.`,
  `Node alone: ${((1024 * Number(bare.stdout)) / 1e6).toFixed(1)}. The workers of a side with several threads start after loading. The nets are those of [results.md](results.md).`,
  "",
  ...table(head, rows),
  ...(failures.length > 0 ? ["", "Failed (work, side, threads):", "", ...failures] : []),
].join("\n")}\n`;
console.log(text);
const isComplete = !options.only && options.threads === "1,2" && !options["no-peers"];
const out = options.out ?? (isComplete ? fileURLToPath(new URL("memory.md", import.meta.url)) : null);
if (out && rows.length > 0) writeFileSync(out, text);

async function rowOf(side, work) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const samples = [];
  for (let i = 0; i < processes; i++) samples.push(await peakOf(side, work));
  const { name } = samples[0];
  const failure = samples.find((sample) => sample.failure)?.failure;
  if (failure) {
    failures.push(`- ${work.name}, ${name}, ${side.threads}: ${failure}`);
    if (side.own) process.exitCode = 1;
    return [name, `${side.threads}`, "failed", "", "", "", ""];
  }
  const more = samples.map(({ loaded, peak }) => peak - loaded);
  const sizes = ["loaded", "peak"].map((key) => median(samples.map((sample) => sample[key])));
  const fewestSteps = Math.min(...samples.map(({ done }) => done));
  return [
    name,
    `${side.threads}`,
    ...[...sizes, median(more)].map(megabytes),
    range(more, megabytes),
    `${fewestSteps}`,
  ];
}

/** { name, loaded, peak, done } of one process: bytes after loading and at the peak, and the number of steps; or its failure. */
async function peakOf(side, work) {
  if (side.missing) return { name: side.label, failure: side.missing };
  const asked = new Side(side);
  const loaded = (await asked.ask({ memory: true }))?.peak;
  const name = (await asked.begin(questionOf(work)))?.name ?? side.label;
  const begun = asked.spent;
  let done = 0;
  while (done < steps && (done < minSteps || asked.spent - begun < budgetMs) && !asked.failure) {
    const loss = (await asked.ask({ run: 1 }))?.values[0];
    const expected = work.losses[done];
    if (expected !== undefined && !(Math.abs(loss - expected) <= tolerance * expected))
      asked.fail(`wrong: loss ${loss} in step ${done + 1}, not ${expected}`);
    done++;
  }
  const peak = (await asked.ask({ memory: true }))?.peak;
  asked.stop();
  return { name, loaded, peak, done, failure: asked.failure };
}
