// Programs on the GPU: a net learns as with WebAssembly, contents stay until they are read, and order is kept.
import {
  Adam,
  BatchNorm2d,
  type ChainruleError,
  Conv2d,
  compile,
  crossEntropy,
  Dropout,
  Embedding,
  Flatten,
  Linear,
  LSTM,
  type Module,
  manualSeed,
  ReLU,
  rand,
  randn,
  Sequential,
  settle,
  type Tensor,
  tensor,
} from "chainrule";
import { describe, expect } from "vitest";
import { trainingStep } from "../../training-step.js";
import { it, withGpu } from "./gpu.ts";

withGpu();

const failureOf = (call: () => unknown): ChainruleError => {
  try {
    call();
  } catch (error) {
    return error as ChainruleError;
  }
  throw new Error("nothing was thrown");
};

/** The largest distance of the models' tensors, as a part of the largest number. */
function apart(a: Module, b: Module): number {
  const others = b.stateDict();
  return Math.max(
    ...[...a.stateDict()].map(([name, x]) => {
      const [numbers, y] = [Array.from(x.data), Array.from(others.get(name)?.data ?? [])];
      const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-3);
      return numbers.reduce((most, number, i) => Math.max(most, Math.abs(number - y[i]) / largest), 0);
    }),
  );
}

describe("a training step", () => {
  const training = (backend: "wasm" | "webgpu") => {
    manualSeed(3);
    const model = new Sequential(
      new Conv2d(1, 4, 3, { padding: 1, bias: false }),
      new BatchNorm2d(4),
      new ReLU(),
      new Flatten(),
      new Dropout(0.25),
      new Linear(4 * 36, 5),
    );
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const images = rand([16, 1, 6, 6]);
    const labels = tensor(
      Array.from({ length: 16 }, (_, i) => i % 5),
      { dtype: "int32" },
    );
    const loss = (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y);
    const step = compile(trainingStep(loss, optimizer), { backend });
    return { model, optimizer, step: () => step(images, labels), compiled: step };
  };

  it("learns as on WebAssembly, random numbers included, by one submit a step", async () => {
    const host = training("wasm");
    const expected = Array.from({ length: 10 }, () => host.step().item());
    const gpu = training("webgpu");
    const losses = await Promise.all(expected.map(() => gpu.step().read()));
    for (const [i, [loss]] of losses.entries()) expect(loss).toBeCloseTo(expected[i], 4);
    await settle([gpu.model, gpu.optimizer]);
    expect(apart(host.model, gpu.model)).toBeLessThan(1e-3);
    expect(gpu.compiled.explain()).toMatch(/dispatches in one submit/);
  });
});

describe("contents on the GPU", () => {
  const twice = compile((x: Tensor) => x.mul(2), { backend: "webgpu" });

  it("stay there: who needs them at once is told what to await", async () => {
    const y = twice(tensor([1, 2, 3]));
    expect(failureOf(() => y.data).message).toMatch(/lives on the GPU.*await x\.read\(\)/);
    expect(failureOf(() => y.toArray()).code).toBe("device");
    const onHost = compile((x: Tensor) => x.add(1));
    expect(failureOf(() => onHost(y)).message).toMatch(
      /^compile: float32\[3\] lives on the GPU in software \(.*settle/,
    );
    expect([...(await y.read())]).toEqual([2, 4, 6]);
    expect([...onHost(await settle(y)).data]).toEqual([3, 5, 7]);
  });

  it("go from program to program without being read", async () => {
    let x = tensor([1, 2, 3]);
    for (let i = 0; i < 20; i++) x = twice(x);
    expect([...(await x.read())]).toEqual([2 ** 20, 2 ** 21, 3 * 2 ** 20]);
  });

  it("a result is not changed by the next call, and a copy of a state is not by the next step", async () => {
    const total = tensor([0]);
    const add = compile(
      (x: Tensor) => {
        total.assign(total.add(x));
        return total.mul(10);
      },
      { backend: "webgpu" },
    );
    const results = [];
    const copies = [];
    for (let i = 1; i <= 4; i++) {
      results.push(add(tensor([i])));
      copies.push(total.detach());
    }
    const reads = await Promise.all([...results, ...copies].map((one) => one.read()));
    expect(reads.map(([number]) => number)).toEqual([10, 30, 60, 100, 1, 3, 6, 10]);
    total.assign(tensor([100]));
    add(tensor([1]));
    expect((await total.read())[0]).toBe(101);
  });

  it("reads see the contents as of the call, also of a program whose pipelines are being made", async () => {
    const state = tensor([1]);
    const next = compile(
      (x: Tensor) => {
        state.assign(state.mul(3).add(x));
        return state;
      },
      { backend: "webgpu" },
    );
    const x = tensor([0.5]);
    next(x);
    const first = state.read();
    x.data[0] = 100;
    next(tensor([1]));
    const second = state.read();
    expect([(await first)[0], (await second)[0]]).toEqual([3.5, 11.5]);
  });

  it("bool and uint8 are words there, and bytes here", async () => {
    const f = compile((x: Tensor, y: Tensor) => [x.lt(y), x.add(y), x.mul(y)] as const, { backend: "webgpu" });
    const bytes = (...numbers: number[]) => tensor(numbers, { dtype: "uint8" });
    const [less, sum, product] = f(bytes(1, 200, 7, 0, 255), bytes(2, 100, 7, 1, 255));
    expect(await less.read()).toEqual(Uint8Array.of(1, 0, 0, 1, 0));
    expect(await sum.read()).toEqual(Uint8Array.of(3, 44, 14, 1, 254));
    expect(await product.read()).toEqual(Uint8Array.of(2, 32, 49, 0, 1));
    expect((await settle(less)).toArray()).toEqual([true, false, false, true, false]);
  });
});

describe("what a GPU cannot do is said", () => {
  it("what a compiler could cancel is computed: infinities and NaN are as everywhere", async () => {
    const f = compile((x: Tensor) => [x.sub(x).add(x), x.mul(x).div(x), x.div(x).mul(x), x.add(x).sub(x)], {
      backend: "webgpu",
    });
    const x = tensor([Infinity, 0, 3]);
    const all = await Promise.all(f(x).map((y) => y.read()));
    const nan = Number.NaN;
    expect(all.map((data) => [...data])).toEqual([
      [nan, 0, 3],
      [nan, nan, 3],
      [nan, nan, 3],
      [nan, 0, 3],
    ]);
  });

  it("float64 is refused by name", () => {
    const f = compile((x: Tensor) => x.exp(), { backend: "webgpu" });
    const error = failureOf(() => f(tensor([1], { dtype: "float64" })));
    expect(error.code).toBe("dtype");
    expect(error.message).toBe(
      'compile: an argument is float64[1], and GPUs have no float64 (WGSL); convert it to float32 before, or use backend "wasm"',
    );
  });

  it("an index out of range comes with the next read, by the name of the op; later calls are as before", async () => {
    const table = new Embedding(10, 4);
    const look = compile((index: Tensor) => table.forward(index).sum(), { backend: "webgpu" });
    const at = (...numbers: number[]) => tensor(numbers, { dtype: "int32" });
    const bad = look(at(3, 12));
    await expect(bad.read()).rejects.toMatchObject({ code: "index", details: { index: 12, size: 10 } });
    await expect(bad.read()).rejects.toMatchObject({ code: "index" });
    const good = await look(at(3, 9)).read();
    const data = Array.from(table.parameters()[0].data);
    const row = (i: number) => data.slice(4 * i, 4 * i + 4).reduce((sum, number) => sum + number, 0);
    expect(good[0]).toBeCloseTo(row(3) + row(9), 5);
  });
});

it("timed() measures each dispatch; profile() says what to await", async () => {
  const f = compile((x: Tensor) => x.matmul(x).softmax(1).sum(), { backend: "webgpu" });
  const x = randn([64, 64]);
  expect(failureOf(() => f.profile(x)).message).toMatch(/await step\.timed/);
  const { result, report } = await f.timed(x);
  expect((await result.read())[0]).toBeCloseTo(64, 3);
  expect(report).toMatch(
    /^the GPU in software \(.*\): \d+ µs from the call to its end, \d+ dispatches in one submit\n/,
  );
  expect(report).toMatch(/matmul\S* +\d+ +\d/);
});

describe("a loop", () => {
  it("learns as with WebAssembly, draws other numbers in each step, and has as many kernels for any length", async () => {
    const training = async (backend: "wasm" | "webgpu") => {
      manualSeed(6);
      const net = new LSTM(3, 5, { layers: 2, dropout: 0.2 });
      const optimizer = new Adam(net.parameters(), { lr: 0.01 });
      const kernels: number[] = [];
      const step = compile(
        trainingStep((x: Tensor) => {
          const [, [h, c]] = net.forward(x);
          return h.square().sum().add(c.sin().sum());
        }, optimizer),
        { backend },
      );
      for (const length of [7, 7, 30, 30]) {
        await step(randn([length, 2, 3])).read();
        kernels.push(step.chapters()[1].parts.length);
      }
      await settle(net);
      return { net, kernels };
    };
    const [one, other] = [await training("webgpu"), await training("wasm")];
    expect(apart(one.net, other.net)).toBeLessThan(1e-3);
    expect(new Set(one.kernels).size).toBe(1);
  });
});
