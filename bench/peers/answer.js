// The process of a side: it answers each line of JSON, which bench/side-process.js sends, with a line of JSON. Beside the questions of reply.js,
// whose runs get the processor time of all steps, there are { profile }, chainrule's profile of a step, and { memory }, the peak resident
// size so far, in bytes.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { replies } from "./reply.js";

/** `works` are those of reply.js; { processor } of a work gives the processor time of another process that does it, in ms. */
export async function answer(name, works) {
  const { reply, work } = replies(name, works);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      process.stdout.write(`${JSON.stringify(await answerTo(JSON.parse(line)))}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ error: String(error?.message ?? error) })}\n`);
    }
  }

  async function answerTo(question) {
    if (question.memory) return { peak: peakMemory() };
    if (question.profile) return { report: work().profile() };
    if (!question.run) return reply(question);
    const used = process.cpuUsage();
    const usedBeside = work().processor?.() ?? 0;
    const timed = await reply(question);
    const { user, system } = process.cpuUsage(used);
    const beside = (work().processor?.() ?? 0) - usedBeside;
    return { ...timed, processor: (user + system) / 1e3 + beside };
  }
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
