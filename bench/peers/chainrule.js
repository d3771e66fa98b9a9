// chainrule's side of the benches: the training loop that a user writes, on the number of threads that the question gives; all threads have
// started before the first step. With --eager it does the same without `compile`, with --xla through XLA.
import { readFileSync } from "node:fs";
import * as chainrule from "chainrule";
import { tensorOf, workOf } from "../training.js";
import { answer } from "./answer.js";

const { compile, tensor, threadsReady, zeros } = chainrule;
const eager = process.argv.includes("--eager");
const xla = process.argv.includes("--xla") ? await startXla() : null;

/** { processor }: the processor time of XLA's process so far, in ms. */
async function startXla() {
  const { xlaReady } = await import("chainrule-xla");
  const { available, reason, pid } = await xlaReady();
  if (!available) throw new Error(reason);
  // Linux counts in hundredths of a second, in the 14th and 15th field; the second field, in brackets, may hold spaces.
  const fields = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return { processor: () => 10 * (Number(fields()[11]) + Number(fields()[12])) };
}

async function program(body, { threads }) {
  if (eager) return body;
  if (xla) return compile(body, { backend: "xla" });
  if (threads > 1) await threadsReady();
  return compile(body, { threads });
}

async function train(question) {
  const { train, batch } = workOf(chainrule, question);
  const step = await program(train, question);
  if (xla) return { ...xla, step: async (i) => (await step(...batch(i)).read())[0] };
  return { step: (i) => step(...batch(i)).item(), profile: () => step.profile(...batch(0)) };
}

/** The matrices are states of the program, so that a call copies no arguments or results. */
async function multiply({ a, b, repeats, threads }) {
  const [left, right] = [a, b].map((described) => tensorOf(chainrule, described));
  const result = zeros(left.shape);
  const multiplied = () => {
    result.assign(left.matmul(right));
  };
  const product = await program(multiplied, { threads });
  if (xla)
    return {
      ...xla,
      async step() {
        for (let i = 0; i < repeats; i++) product();
        await result.read();
      },
      entries: async (places) => {
        const data = await result.read();
        return places.map((place) => data[place]);
      },
    };
  return {
    step() {
      for (let i = 0; i < repeats; i++) product();
    },
    entries: (places) => places.map((place) => result.data[place]),
  };
}

/** A program that does next to no work, with an argument, a state and a result, to measure the cost of a call. */
async function call({ repeats, threads }) {
  const state = zeros([4]);
  const halved = (x) => {
    state.assign(state.mul(0.5).add(x)); // converges to 2x
    return state.sum();
  };
  const tiny = await program(halved, { threads });
  const x = tensor([1, 2, 3, 4]);
  return {
    step() {
      let last;
      for (let i = 0; i < repeats; i++) last = tiny(x);
      if (Math.abs(last.item() - 20) > 1e-4) throw new Error(`wrong: ${last.item()}, not 20`);
    },
  };
}

await answer(`chainrule${eager ? ", eager" : xla ? ", XLA" : ""}`, { train, multiply, call });
