// What page, worker and their tests do: a small net trained for some steps, everything shared, and what is left of it, as numbers.

import { wasmBackend } from "/dist/backends/wasm/backend.js";
import { registerBackend } from "/dist/compiler/compile.js";
import * as chainrule from "/dist/index.js";
import { trainingStep } from "/test/training-step.js";

const { Adam, Conv2d, Flatten, Linear, ReLU, Sequential, compile, crossEntropy, manualSeed, randn, tensor } = chainrule;

export async function train(threads) {
  const ready = await chainrule.threadsReady();
  let workers = 0;
  const joined = (count) => {
    workers = count;
  };
  const waiting = { forWorkers: ready > 1, slices: 100, joined };
  registerBackend(wasmBackend({ sharing: { taskNs: 0, programNs: 0 }, waiting }));
  manualSeed(1);
  const model = new Sequential(new Conv2d(1, 4, 3), new ReLU(), new Flatten(), new Linear(400, 10));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile(
    trainingStep((images, labels) => crossEntropy(model.forward(images), labels), optimizer),
    { threads },
  );
  const images = randn([16, 1, 12, 12]);
  const labels = tensor(
    Array.from({ length: 16 }, (_, i) => i % 10),
    { dtype: "int32" },
  );
  const losses = Array.from({ length: 10 }, () => step(images, labels).item());
  const weights = model.parameters().flatMap(({ data }) => [...new Uint32Array(data.buffer, 0, data.length)]);
  const about = /── The threads.*\n(.*)/.exec(step.explain())[1];
  return { ready, joined: workers, about, losses, weights };
}
