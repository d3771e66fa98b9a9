// gpuReady: a GPU with wrong numbers is found out, a lost one is told of and replaced, a missing one is no error.
import { type ChainruleError, compile, gpuReady, Linear, randn, SGD, settle, type Tensor, tensor } from "chainrule";
import { fit as train } from "chainrule/train";
import { it as anywhere, expect } from "vitest";
import type { GpuAdapter, GpuDevice } from "../../../src/backends/webgpu/gpu.ts";
import { trainingStep } from "../../training-step.js";
import { it } from "./gpu.ts";
import { changed, changedGpu, realAdapter, withNavigator } from "./navigator.ts";

const plusOne = () => compile((x: Tensor) => x.add(1), { backend: "webgpu" });

const failureOf = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error;
  }
};
const codeOf = (call: () => unknown): string => (failureOf(call) as ChainruleError).code;

anywhere("without a GPU, the reason is told, and a call says what to await", async () => {
  expect(codeOf(() => plusOne()(tensor([1])))).toBe("order");
  const status = await withNavigator({ requestAdapter: () => Promise.resolve(null) }, gpuReady);
  expect(status).toEqual({
    available: false,
    adapter: null,
    software: false,
    reason: expect.stringMatching(/^WebGPU found no adapter/),
  });
  expect(codeOf(() => plusOne()(tensor([1])))).toBe("order");
});

anywhere("fit without a GPU: webgpu throws, and auto trains on WebAssembly", async () => {
  const model = new Linear(2, 1);
  const x = randn([4, 2]);
  const options = {
    data: { x },
    loss: (net: Linear, batch: { x: Tensor }) => net.forward(batch.x).square().mean(),
    optimizer: new SGD(model.parameters(), { lr: 0.1 }),
    epochs: 1,
    batchSize: 4,
  };
  await withNavigator({ requestAdapter: () => Promise.resolve(null) }, async () => {
    const run = async (device: "webgpu" | "auto") => {
      const types: string[] = [];
      const training = train(model, { ...options, device });
      for await (const { type } of training) types.push(type);
      return types;
    };
    await expect(run("webgpu")).rejects.toMatchObject({
      code: "device",
      message: /^fit: there is no GPU for programs: /,
    });
    expect(await run("auto")).toContain("done");
  });
});

it("a GPU that is lost, or has not enough memory: calls and reads say so, what was settled is safe, and gpuReady opens one again", async () => {
  const devices: GpuDevice[] = [];
  const requestAdapter = async () => {
    const adapter = await realAdapter();
    const requestDevice: GpuAdapter["requestDevice"] = async (request) => {
      const device = await adapter.requestDevice(request);
      devices.push(device);
      return device;
    };
    return changed(adapter, { requestDevice });
  };
  const both = await withNavigator({ requestAdapter }, () => Promise.all([gpuReady(), gpuReady()]));
  expect(both.map(({ available }) => available)).toEqual([true, true]);
  expect(devices.length).toBe(1);
  const model = new Linear(3, 2);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const step = compile(
    trainingStep((x: Tensor) => model.forward(x).square().mean(), optimizer),
    { backend: "webgpu" },
  );
  const x = randn([5, 3]);
  step(x);
  await settle(model);
  const saved = model.stateDict();
  const weights = model.parameters()[0].data.slice();
  const loss = step(x);
  devices[0].destroy();
  await expect(loss.read()).rejects.toMatchObject({
    code: "device",
    message: /was lost.*await gpuReady\(\).*checkpoint/,
  });
  expect(codeOf(() => step(x))).toBe("device");
  await expect(settle(model)).rejects.toMatchObject({ code: "device" });

  expect((await withNavigator({ requestAdapter }, gpuReady)).available).toBe(true);
  expect(devices.length).toBe(2);
  expect(codeOf(() => step(x))).toBe("state");
  model.loadStateDict(saved);
  expect(model.parameters()[0].data).toEqual(weights);
  expect(Number.isFinite((await step(x).read())[0])).toBe(true);

  // The browser tells of missing memory after the call that asked for it.
  class GPUOutOfMemoryError {
    readonly message = "out of device memory";
  }
  devices[1].onuncapturederror?.({ error: new GPUOutOfMemoryError() });
  expect(failureOf(() => step(x))).toMatchObject({
    code: "memory",
    message: /^compile: the GPU has not enough memory \(out of device memory\).*await gpuReady\(\).*smaller batches/,
  });
  expect((await withNavigator({ requestAdapter }, gpuReady)).available).toBe(true);
  expect(devices.length).toBe(3);
  expect(codeOf(() => step(x))).toBe("state");
  devices[2].destroy();
  await expect(model.parameters()[0].read()).rejects.toMatchObject({ code: "device" });
});

it("a planted wrong exp is found: the adapter is refused, by the names of adapter and op, and WebAssembly goes on", async () => {
  const planted = (device: GpuDevice): Partial<GpuDevice> => ({
    // The higher part of ln 2, by which exp reduces its argument, with an error in its fourth digit.
    createShaderModule: ({ code }) =>
      device.createShaderModule({ code: code.replaceAll("0.693359375", "0.693459375") }),
  });
  const status = await withNavigator(await changedGpu(planted), gpuReady);
  expect(status).toMatchObject({ available: false, software: true, adapter: expect.stringContaining("SwiftShader") });
  expect(status.reason).toMatch(/SwiftShader.* computes (exp|tanh|sigmoid|erf|pow) wrongly: .* where .* is right/);
  expect(codeOf(() => plusOne()(tensor([1])))).toBe("order");
  expect(compile((x: Tensor) => x.exp())(tensor([0])).item()).toBe(1);
});
