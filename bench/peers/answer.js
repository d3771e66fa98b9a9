// The side of a bench that works, as a process that answers each line of JSON with one (bench/side-process.js asks). One line hands it a
// work (questionOf in bench/works.js), then { run: k } does k steps and says how long each took, its loss read, and how long a
// processor had worked for it; { entries } reads a product, { profile } is chainrule's own account of a step, and { memory } says how
// many bytes the process has held at most so far.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/**
 * train(work): { step }, a function that does the i-th step and gives its loss; multiply(work): { step, entries }, step doing
 * work.repeats products, entries giving the last one's numbers at some places; call(work): { step }, a function that calls a program
 * work.repeats times. What they give may be asynchronous.
 */
export async function answer(name, { train, multiply, call }) {
  let work;
  let done = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      process.stdout.write(`${JSON.stringify(await reply(JSON.parse(line)))}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ error: String(error?.message ?? error) })}\n`);
    }
  }

  async function reply(question) {
    if (question.memory) return { peak: peakMemory() };
    if (question.entries) return { values: [...(await work.entries(question.entries))] };
    if (question.profile) return { report: work.profile() };
    if (!question.run) {
      work = await { train, multiply, call }[kindOf(question)](question);
      return { name };
    }
    const [values, milliseconds] = [[], []];
    const used = process.cpuUsage();
    let before = performance.now();
    for (let i = 0; i < question.run; i++) {
      // Awaiting what is no promise would cost a turn of the event loop.
      const value = work.step(done++);
      values.push(value instanceof Promise ? await value : value);
      const now = performance.now();
      milliseconds.push(now - before);
      before = now;
    }
    const { user, system } = process.cpuUsage(used);
    return { values, milliseconds, processor: (user + system) / 1e3 };
  }
}

function kindOf({ size, call }) {
  if (size) return "multiply";
  return call ? "call" : "train";
}

/** Linux's own figure where there is one: maxRSS begins with what the parent held when it forked. */
function peakMemory() {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    return 1024 * Number(kibibytes);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
