// The process of a side: it answers each line of JSON, which bench/side-process.js sends, with a line of JSON. The first line is a work
// (questionOf in bench/works.js). Then { run: k } does k steps, and the answer has the time of each, up to reading its loss, and the
// processor time of all; { entries } reads elements of a product; { profile } gives chainrule's profile of a step; { memory } gives the
// peak resident size so far, in bytes.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/**
 * train(work) returns { step }: step(i) does step i and returns its loss. multiply(work) returns { step, entries }: step() does
 * work.repeats products, entries(places) gives the last product's elements at these places. call(work) returns { step }: step() calls a
 * program work.repeats times. All of these functions may return promises. { processor } gives the processor time of another process that
 * does the work, in ms.
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
    const usedBeside = work.processor?.() ?? 0;
    let before = performance.now();
    for (let i = 0; i < question.run; i++) {
      // Only promises are awaited, since `await` itself would cost a turn of the microtask queue.
      const value = work.step(done++);
      values.push(value instanceof Promise ? await value : value);
      const now = performance.now();
      milliseconds.push(now - before);
      before = now;
    }
    const { user, system } = process.cpuUsage(used);
    const beside = (work.processor?.() ?? 0) - usedBeside;
    return { values, milliseconds, processor: (user + system) / 1e3 + beside };
  }
}

function kindOf({ size, call }) {
  if (size) return "multiply";
  return call ? "call" : "train";
}

/** Linux's own figure where there is one, since maxRSS includes what the parent process held when it forked. */
function peakMemory() {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    return 1024 * Number(kibibytes);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
