// The side of bench/steps.js that works, as a process that answers each line of JSON with one. Its first line hands it the work
// (bench/works.js), then { run: k } does k steps and says how long each took, its loss read, and how long a processor had worked for
// it; { entries } reads a product.
import { createInterface } from "node:readline";

/**
 * train(work): a function that does the i-th step and gives its loss; multiply(work): { step, entries }, step doing
 * work.repeats products, entries giving the last one's numbers at some places; call(work): a function that calls a program
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
    if (question.entries) return { values: [...(await work.entries(question.entries))] };
    if (!question.run) {
      if (question.size) work = await multiply(question);
      else work = { step: question.call ? call(question) : await train(question) };
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

/** A tensor of the question as float32. */
export const numbersOf = ({ data }) => new Float32Array(new Uint8Array(Buffer.from(data, "base64")).buffer);
