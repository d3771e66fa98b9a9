// The programs that process.test.ts starts as processes: they train on several threads and end in different ways.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import {
  Adam,
  compile,
  crossEntropy,
  Linear,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  tensor,
  threadsReady,
} from "chainrule";
import { programMemory } from "../../../../dist/backends/wasm/memory/memory.js";
import { control } from "../../../../dist/backends/wasm/threads/control.js";
import { poolFor } from "../../../../dist/backends/wasm/threads/pool.js";
import { trainingStep } from "../../../training-step.js";

const mode = isMainThread ? process.argv[2] : workerData;

function makeStep() {
  manualSeed(4);
  const model = new Sequential(new Linear(300, 200), new ReLU(), new Linear(200, 10));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile(
    trainingStep((images, labels) => crossEntropy(model.forward(images), labels), optimizer),
    { threads: 2 },
  );
  const images = randn([128, 300]);
  const labels = tensor(
    Array.from({ length: 128 }, (_, i) => i % 10),
    { dtype: "int32" },
  );
  return () => step(images, labels).item();
}

/** Number of workers that joined the last call. */
const joined = () => programMemory.views().int32[(poolFor(2).block + control.entered) / 4];

function train(steps) {
  const step = makeStep();
  let [loss, company] = [0, 0];
  for (let i = 0; i < steps; i++) {
    loss = step();
    company += joined();
  }
  return { loss, company };
}

const started = (what) => new Worker(new URL(import.meta.url), { workerData: what });
const said = (worker) =>
  new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });

const modes = {
  /** The process ends because nothing is left to do. */
  async ends() {
    await threadsReady();
    console.log(JSON.stringify(train(200)));
  },
  async "waits for threads alone"() {
    console.log(await threadsReady());
  },
  /** The process receives a signal during a step. */
  async "goes on"() {
    await threadsReady();
    const step = makeStep();
    for (let i = 0; ; i++) {
      step();
      if (i === 200) console.log("training");
    }
  },
  async throws() {
    await threadsReady();
    train(50);
    throw new Error("something else went wrong");
  },
  /** The process exits while one of its workers is in a step. */
  async exits() {
    await said(started("forever"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.exit(7);
  },
  /** Only the worker that trains is terminated. */
  async terminates() {
    const worker = started("forever");
    await said(worker);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await worker.terminate();
    await threadsReady();
    console.log(JSON.stringify(train(200)));
  },
  /** Two workers and this thread train at the same time. */
  async together() {
    const workers = [started("some"), started("some")];
    const answers = workers.map(said);
    await threadsReady();
    const own = train(200);
    console.log(JSON.stringify([own, ...(await Promise.all(answers))]));
  },
  async forever() {
    await threadsReady();
    const step = makeStep();
    for (let i = 0; i < 100; i++) step();
    parentPort.postMessage("training");
    for (;;) step();
  },
  async some() {
    await threadsReady();
    parentPort.postMessage(train(200));
  },
};

await modes[mode]();
