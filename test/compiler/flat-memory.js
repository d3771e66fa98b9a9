// Runs in a process of its own, with --expose-gc, for flat-memory.test.ts: prints the sizes of JavaScript's memory and of the programs'
// memory after few steps, after many steps, and after the last reference to the programs is gone.
import { compile, Linear, mseLoss, randn, SGD } from "chainrule";
import { programMemory } from "../../dist/backends/wasm/memory/memory.js";
import { trainingStep } from "../training-step.js";

const steps = Number(process.argv[2]);

function training(features) {
  const model = new Linear(features, 4);
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const step = compile(trainingStep((x, y) => mseLoss(model.forward(x), y), optimizer));
  const [x, y] = [randn([8, features]), randn([8, 4])];
  return () => step(x, y).item();
}

const used = () => {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, programs: programMemory.used };
};

const run = training(16);
for (let i = 0; i < 1000; i++) run();
const before = used();
for (let i = 0; i < steps; i++) run();
const after = used();

for (let i = 0; i < 50; i++) training(32 + i)();
const manyPrograms = programMemory.used;
// Finalizers run in tasks of their own, later on a busy machine than on a quiet one.
const isFreed = () => programMemory.used - after.programs < (manyPrograms - after.programs) / 5;
for (let i = 0; i < 20 || (i < 1000 && !isFreed()); i++) {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(JSON.stringify({ before, after, manyPrograms, freed: programMemory.used, last: run() }));
