// Trains a small net in the page, on the GPU and with WebAssembly, and counts what the queue gets.
import {
  Adam,
  compile,
  crossEntropy,
  gpuReady,
  Linear,
  manualSeed,
  ReLU,
  rand,
  Sequential,
  settle,
  tensor,
} from "/dist/index.js";
import { trainingStep } from "/test/training-step.js";

const counts = { submits: 0, writes: 0 };
const count = (name, key) => {
  const original = GPUQueue.prototype[name];
  GPUQueue.prototype[name] = function (...args) {
    counts[key]++;
    return original.apply(this, args);
  };
};

async function losses(backend, steps) {
  manualSeed(2);
  const model = new Sequential(new Linear(8, 16), new ReLU(), new Linear(16, 4));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile(
    trainingStep((x, y) => crossEntropy(model.forward(x), y), optimizer),
    { backend },
  );
  const x = rand([32, 8]);
  const labels = tensor(
    Array.from({ length: 32 }, (_, i) => i % 4),
    { dtype: "int32" },
  );
  const all = [];
  let before = null;
  for (let i = 0; i < steps; i++) {
    all.push((await step(x, labels).read())[0]);
    if (i === 0) before = { ...counts };
  }
  // Each loss is read, by a submit of its own.
  const perStep = (counts.submits - before.submits - (steps - 1)) / (steps - 1);
  await settle([model, optimizer]);
  return { losses: all, perStep, weights: model.parameters()[0].data.length };
}

globalThis.train = async () => {
  const status = await gpuReady();
  if (!status.available) return { status };
  count("submit", "submits");
  const gpu = await losses("webgpu", 6);
  return { status, gpu, host: await losses("wasm", 6) };
};
globalThis.loaded = true;
