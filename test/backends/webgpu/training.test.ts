// Training on the GPU: it runs ahead of its events, and gives what WebAssembly does.
import {
  Adam,
  type ChainruleError,
  crossEntropy,
  Linear,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  type Tensor,
} from "chainrule";
import { type Checkpoint, type Device, evaluate, fit as train } from "chainrule/train";
import { expect } from "vitest";
import { it, withGpu } from "./gpu.ts";

withGpu();

interface Batch {
  readonly x: Tensor;
  readonly labels: Tensor;
}

function training(device: Device, resume?: Checkpoint) {
  manualSeed(1);
  const model = new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 3));
  const x = randn([120, 6]);
  const data = { x, labels: x.matmul(randn([6, 3])).argmax(1) };
  const loss = (net: Sequential, batch: Batch) => crossEntropy(net.forward(batch.x), batch.labels);
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  const options = { data, validation: data, loss, optimizer, epochs: 2, batchSize: 6, seed: 4, device };
  const run = train(model, resume === undefined ? options : { ...options, resume });
  return { model, data, loss, run };
}

const weightsOf = (model: Sequential) => [...model.stateDict().values()].map(({ data }) => data.slice());

it("fit has the losses of WebAssembly, and evaluate too", async () => {
  const lossesOn = async (device: Device) => {
    const { run, model, data, loss } = training(device);
    const losses: number[] = [];
    for await (const event of run) if (event.type === "step" || event.type === "validation") losses.push(event.loss);
    const { loss: last } = await evaluate(model, { data, loss, device });
    return [...losses, last];
  };
  const [gpu, host] = [await lossesOn("webgpu"), await lossesOn("wasm")];
  expect(gpu.length).toBe(2 * 21 + 1);
  for (const [i, loss] of gpu.entries()) expect(loss).toBeCloseTo(host[i], 5);
});

it("several steps are taken before the first of them is told: checkpoints are those of the last, and a resumed run has the same bits", async () => {
  const { run, model } = training("webgpu");
  const checkpoints: Checkpoint[] = [];
  const refusals: string[] = [];
  for await (const event of run) {
    if (event.type !== "step") continue;
    if (run.canCheckpoint) checkpoints.push(run.checkpoint());
    else
      try {
        run.checkpoint();
      } catch (error) {
        refusals.push((error as ChainruleError).message);
      }
  }
  const whole = weightsOf(model);
  expect(checkpoints.length).toBeGreaterThan(2);
  expect(checkpoints.length + refusals.length).toBe(40);
  expect(new Set(refusals).size).toBe(1);
  expect(refusals[0]).toMatch(/^checkpoint: steps are running on the device/);
  const resumed = training("webgpu", checkpoints[1]);
  for await (const event of resumed.run) expect(event.type).not.toBe("stopped");
  expect(weightsOf(resumed.model)).toEqual(whole);
});

it("a loop that is left in between goes on where the weights are", async () => {
  const whole = training("webgpu");
  for await (const _ of whole.run);
  const { run, model } = training("webgpu");
  let steps = 0;
  for await (const event of run) if (event.type === "step" && ++steps === 5) break;
  expect(run.canCheckpoint).toBe(true);
  for await (const _ of run);
  expect(weightsOf(model)).toEqual(weightsOf(whole.model));
});
