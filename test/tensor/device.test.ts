// Tensors on a device: whoever needs their contents at once is told who holds them and what to await. The device of this test computes with
// the definition of each op, and gives contents only to those who wait.
import {
  Adam,
  BatchNorm2d,
  type ChainruleError,
  compile,
  crossEntropy,
  Dropout,
  ExponentialMovingAverage,
  Linear,
  manualSeed,
  rand,
  Sequential,
  settle,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../src/compiler/backend.ts";
import { registerBackend } from "../../src/compiler/compile.ts";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { hostUpdates } from "../../src/compiler/host-updates.ts";
import { DeviceStorage } from "../../src/tensor/device.ts";
import type { TypedArray } from "../../src/tensor/dtype.ts";
import { ArrayStorage } from "../../src/tensor/storage.ts";

class SlowStorage extends DeviceStorage {
  readonly device = "a slow device";
  readonly contents: TypedArray;

  constructor(contents: TypedArray) {
    super();
    this.contents = contents;
  }
  async read(): Promise<TypedArray> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return this.contents.slice();
  }
  share(): SlowStorage {
    return this;
  }
}

const contents = ({ storage, shape, dtype }: Tensor) => ({
  shape,
  dtype,
  data: storage instanceof SlowStorage ? storage.contents : storage.data,
});

beforeAll(() =>
  registerBackend({
    name: "webgpu",
    isDevice: true,
    prepare(graph, states): Program {
      const { device, host } = hostUpdates(graph);
      const run = (args: readonly Tensor[]) => {
        const before = states.map(contents);
        const { results, states: after } = evaluate(device, args.map(contents), before);
        for (const { state } of device.updates)
          states[state.attributes.index].replaceStorage(new SlowStorage(after[state.attributes.index].data));
        if (host !== null) {
          const { states: counted } = evaluate(host, [], before);
          for (const { state } of host.updates)
            states[state.attributes.index].replaceStorage(new ArrayStorage(counted[state.attributes.index].data));
        }
        return results.map(({ data }) => new SlowStorage(data));
      };
      return { bytes: 0, run, profile: (args) => ({ results: run(args), report: "" }), chapters: () => [] };
    },
  }),
);

const double = compile((x: Tensor) => x.mul(2), { backend: "webgpu" });
const failureOf = (call: () => unknown): ChainruleError => {
  try {
    call();
  } catch (error) {
    return error as ChainruleError;
  }
  throw new Error("the call did not throw");
};

describe("a tensor on a device", () => {
  it("gives its contents to those who wait, and stays there", async () => {
    const y = double(tensor([1, 2, 3]));
    expect([...(await y.read())]).toEqual([2, 4, 6]);
    expect(() => y.data).toThrow();
    expect(y.shape).toEqual([3]);
    expect(String(y)).toBe("float32[3] on a slow device");
  });

  it.each([
    ["data", (y: Tensor) => y.data],
    ["item", (y: Tensor) => y.slice([0, 1], [0, 1]).item()],
    ["toArray", (y: Tensor) => y.toArray()],
    ["toJSON", (y: Tensor) => JSON.stringify(y)],
    ["matmul", (y: Tensor) => tensor([[1]]).matmul(y)],
    ["add", (y: Tensor) => y.add(1)],
    ["sum", (y: Tensor) => y.reshape([1]).sum()],
    ["compile", (y: Tensor) => compile((x: Tensor) => x.neg())(y)],
    ["compile", (y: Tensor) => compile(() => y.neg())()],
    ["compile", (y: Tensor) => compile((x: Tensor) => x.neg(), { backend: "reference" })(y)],
  ])("%s throws, names the device and says what to await", (_call, use) => {
    const y = double(tensor([[1]]));
    const { code, message, details } = failureOf(() => use(y));
    expect({ code, details }).toEqual({ code: "device", details: { device: "a slow device" } });
    expect(message).toMatch(/on a slow device; read a copy with `await x\.read\(\)`, .*`await settle\(x\)`/);
  });

  it("goes from one program of the device to the next without waiting", async () => {
    expect([...(await double(double(tensor([1, 2]))).read())]).toEqual([4, 8]);
  });

  it("is reshaped, detached and assigned without waiting", async () => {
    const y = double(tensor([1, 2]));
    const z = zeros([2, 1]).assign(y.reshape([2, 1]).detach());
    expect([...(await z.read())]).toEqual([2, 4]);
  });
});

describe("settle", () => {
  it("brings a tensor to host memory, and returns it", async () => {
    const y = double(tensor([1, 2]));
    expect(await settle(y)).toBe(y);
    expect(y.toArray()).toEqual([2, 4]);
    expect(y.add(1).toArray()).toEqual([3, 5]);
  });

  it("finds tensors in lists, Maps, Sets and records, and leaves other values alone", async () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((n) => double(tensor(n)));
    const nested = {
      list: [a, "text", null],
      map: new Map([["b", b]]),
      set: new Set([c]),
      deep: { d },
      bytes: new Uint8Array(2),
    };
    expect(await settle(nested)).toBe(nested);
    expect([a, b, c, d].map((x) => x.item())).toEqual([2, 4, 6, 8]);
  });

  it("brings a trained module, its gradients, its buffers, the optimizer and the averages", async () => {
    const model = new Sequential(new Linear(3, 4), new Linear(4, 2));
    const norm = new BatchNorm2d(2);
    const optimizer = new Adam(model.parameters());
    const average = new ExponentialMovingAverage(model.parameters());
    const step = compile(
      (x: Tensor) => {
        const loss = crossEntropy(model.forward(x), tensor([0, 1], { dtype: "int32" }));
        loss.backward();
        optimizer.step();
        average.update();
        norm.forward(x.reshape([1, 2, 3, 1]));
        return loss;
      },
      { backend: "webgpu" },
    );
    step(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
    expect(() => model.parameters()[0].data).toThrow(/lives on/);
    await settle([model, optimizer, average, norm]);
    const all = [...model.stateDict().values(), ...optimizer.stateDict().values(), ...average.stateDict().values()];
    const grads = model.parameters().flatMap(({ grad }) => grad ?? []);
    for (const x of [...all, ...grads, norm.running_mean]) expect(x.data.every(Number.isFinite)).toBe(true);
    expect(grads.length).toBe(4);
    expect(norm.running_mean.toArray()).not.toEqual([0, 0]);
  });

  it("leaves a state on the device that a program changes while it is read", async () => {
    const state = zeros([2]);
    const count = compile((x: Tensor) => void state.assign(state.add(x)), { backend: "webgpu" });
    count(tensor([1, 2]));
    const settled = settle(state);
    count(tensor([1, 2]));
    await settled;
    expect([...(await state.read())]).toEqual([2, 4]);
  });

  it("throws for an object in which it cannot look", async () => {
    await expect(settle(new (class Trainer {})())).rejects.toMatchObject({ code: "type", call: "settle" });
  });
});

describe("states that follow from themselves", () => {
  it("stay in host memory: the generator's counter, after a program that draws", () => {
    const drop = new Dropout(0.5);
    const step = compile((x: Tensor) => drop.forward(x), { backend: "webgpu" });
    manualSeed(3);
    step(zeros([4]));
    step(zeros([4]));
    const third = rand([2]).toArray();
    manualSeed(3);
    const same = compile((x: Tensor) => drop.forward(x));
    same(zeros([4]));
    same(zeros([4]));
    expect(rand([2]).toArray()).toEqual(third);
  });
});

it("a backend on a device has no checkFinite, since reading waits", () => {
  const f = compile((x: Tensor) => x.log(), { backend: "webgpu", checkFinite: true });
  expect(() => f(tensor([1]))).toThrow(/checkFinite reads .* on webgpu reading waits; use backend "wasm"/);
});

it("a backend that a package has is named with the package", () => {
  expect(() => compile((x: Tensor) => x.log(), { backend: "xla" })(tensor([1]))).toThrow(
    /the backend xla comes with the package chainrule-xla: `npm install chainrule-xla`, and `import "chainrule-xla"` once/,
  );
});
