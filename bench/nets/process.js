// A fresh process of bench/nets.js: makes a net and does its first steps, then times steps in rounds that alternate with the limit. It prints
// JSON: times in ms, the limit in operations per ms, and what compile() made.
import { compile, manualSeed } from "chainrule";
import { Limits } from "../limit-on-threads.js";
import { nets } from "./models.js";

const { name, threads, seconds } = JSON.parse(process.argv[2]);
manualSeed(1);
const { train, batch } = nets.get(name).make();
const step = compile(train, { threads });
const timed = () => {
  const begin = performance.now();
  step(...batch).item();
  return performance.now() - begin;
};
const [first, second] = [timed(), timed()];
const chapter = (called) => step.chapters().find(({ name }) => name === called);
const made = {
  kernels: Number(/(\d+) of them/.exec(chapter("kernels").about)?.[1]),
  bytes: Number(/module of (\d+) bytes/.exec(chapter("memory").text)?.[1]),
};

// Threads join and the engine optimises during the first seconds.
const limits = await Limits.open(threads);
for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
  timed();
  await new Promise((resolve) => setTimeout(resolve));
}
const rounds = [];
for (const end = performance.now() + 1000 * seconds; performance.now() < end || rounds.length < 5; ) {
  limits.measure();
  rounds.push({ step: timed(), limit: limits.take() });
  await new Promise((resolve) => setTimeout(resolve));
}
console.log(JSON.stringify({ first, second, ...made, rounds, report: step.profiled(...batch).report }));
process.exit();
