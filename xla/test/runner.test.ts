// compile(f, { backend: "xla" }) against WebAssembly, and what follows when the runner ends. A Python with jax runs them; without one only the
// messages that say what to install are tested.
import { spawn } from "node:child_process";
import {
  Adam,
  compile,
  crossEntropy,
  Dropout,
  type DType,
  Linear,
  manualSeed,
  ReLU,
  rand,
  Sequential,
  settle,
  shard,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { fit } from "chainrule/train";
import { localCoordinator, type XlaOptions, xlaClose, xlaReady } from "chainrule-xla";
import { afterAll, describe, expect, it } from "vitest";
import { findJax } from "../../scripts/jax.js";
import { trainingStep } from "../../test/training-step.js";
import { currentSession } from "../src/current.ts";

const { python } = findJax();
if (python !== null) process.env.CHAINRULE_PYTHON = python;

afterAll(() => xlaClose());

it("without Python or jax, one line says what to install", async () => {
  const { available, reason } = await xlaReady({ python: "no-such-python" });
  expect(available).toBe(false);
  expect(reason).toMatch(/^there is no program no-such-python: install Python .* `pip install "jax>=0.10"`/);
});

interface Trained {
  readonly losses: number[];
  readonly weights: number[];
}

/** Steps of a net with dropout, and its first weights afterwards. */
async function train(backend: "wasm" | "xla"): Promise<Trained> {
  manualSeed(1);
  const model = new Sequential(new Linear(6, 16), new ReLU(), new Dropout(0.2), new Linear(16, 3));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile(
    (x: Tensor, y: Tensor) => {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    },
    { backend },
  );
  const [x, y] = [rand([8, 6]), tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: "int32" })];
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) losses.push((await step(x, y).read())[0]);
  await settle([model, optimizer]);
  return { losses, weights: [...model.parameters()[0].data] };
}

const onXla = (): void => {
  it("has WebAssembly's losses and weights, with the same random numbers", async () => {
    const [wasm, xla] = [await train("wasm"), await train("xla")];
    for (const key of ["losses", "weights"] as const) {
      const worst = Math.max(
        ...wasm[key].map((value, i) => Math.abs(value - xla[key][i]) / Math.max(1, Math.abs(value))),
      );
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it.each<DType>(["float32", "float64", "int32", "uint8", "bool"])("takes and gives %s", async (dtype) => {
    const f = compile((x: Tensor) => [x, x.eq(x)], { backend: "xla" });
    const x = tensor([1, 0, 1], { dtype });
    const [same, all] = f(x);
    expect([same.dtype, [...(await same.read())], [...(await all.read())]]).toEqual([dtype, [1, 0, 1], [1, 1, 1]]);
  });

  it("passes results from call to call, and copies of a state keep their contents", async () => {
    const state = zeros([2]);
    const add = compile(
      (x: Tensor) => {
        state.assign(state.add(x));
        return state.mul(10);
      },
      { backend: "xla" },
    );
    const first = add(tensor([1, 2]));
    const copy = state.detach();
    const second = add(first);
    expect([...(await second.read())]).toEqual([110, 220]);
    expect([...(await copy.read())]).toEqual([1, 2]);
    expect([...(await state.read())]).toEqual([11, 22]);
  });

  it("reads states that other programs and assignments changed meanwhile", async () => {
    const state = tensor([1, 2]);
    const read = compile(() => state.add(0), { backend: "xla" });
    expect([...(await read().read())]).toEqual([1, 2]);
    compile(() => void state.assign(state.mul(3)))();
    expect([...(await read().read())]).toEqual([3, 6]);
    state.assign(tensor([7, 7]));
    expect([...(await read().read())]).toEqual([7, 7]);
  });

  it("takes a tensor that is an argument twice and a state as well, at every call", async () => {
    const x = tensor([1, 2]);
    const f = compile((a: Tensor, b: Tensor) => a.add(b).add(x), { backend: "xla" });
    for (let i = 0; i < 3; i++) expect([...(await f(x, x).read())]).toEqual([3, 6]);
  });

  it("a message that fails is told to whoever reads its values, and the runner goes on", async () => {
    const session = currentSession();
    const [wrong] = session.put([{ dtype: "float32", shape: [3], rows: null, data: Float32Array.of(1, 2) }]);
    const [result] = session.run(session.program("no module", { arguments: [], results: [] }), [], [], 1);
    const unknown = { id: 1e9, shares: 1 };
    await expect(session.read(wrong, "float32")).rejects.toThrow(/put failed: .*reshape/);
    await expect(session.read(result, "float32")).rejects.toThrow(/XLA does not take the program/);
    await expect(session.read(unknown, "float32")).rejects.toThrow(/read failed: KeyError 1000000000/);
    const [other] = session.run(1e9, [], [], 1);
    await expect(session.read(other, "float32")).rejects.toThrow(/run failed: KeyError/);
    expect(session.lost).toBe(null);
  });

  it("explains itself by its module", () => {
    const f = compile((x: Tensor) => x.exp(), { backend: "xla" });
    f(tensor([1]));
    expect(f.explain()).toContain("stablehlo.exponential");
    expect(() => f.profile(tensor([1]))).toThrow(/use jax.profiler/);
  });

  it("fit trains on it, and its events have weights that can be read", async () => {
    const run = async (device: "wasm" | "xla") => {
      manualSeed(2);
      const model = new Sequential(new Linear(2, 4), new ReLU(), new Linear(4, 2));
      const optimizer = new Adam(model.parameters(), { lr: 0.1 });
      const data = { x: rand([10, 2]), y: tensor([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], { dtype: "int32" }) };
      const loss = (net: Sequential, { x, y }: { x: Tensor; y: Tensor }) => crossEntropy(net.forward(x), y);
      const losses: number[] = [];
      for await (const event of fit(model, {
        data,
        validation: data,
        loss,
        optimizer,
        epochs: 2,
        batchSize: 4,
        device,
      })) {
        if (event.type === "validation") losses.push(event.loss, model.parameters()[0].data[0]);
      }
      return losses;
    };
    const [wasm, xla] = [await run("wasm"), await run("xla")];
    expect(wasm.length).toBe(4);
    for (const [i, value] of wasm.entries()) expect(xla[i]).toBeCloseTo(value, 5);
  });

  it("signals that a terminal or a launcher sends to Node and the runner do not end the runner, which Node may still need", async () => {
    const double = compile((x: Tensor) => x.mul(2), { backend: "xla" });
    const { pid } = await xlaReady();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.kill(pid ?? 0, signal);
      expect([...(await double(tensor([1])).read())]).toEqual([2]);
    }
  });

  it("a runner that ends is an error at once, its states are refused until they are loaded, and a new one goes on", async () => {
    const state = tensor([1, 2]);
    const add = compile((x: Tensor) => void state.assign(state.add(x)), { backend: "xla" });
    const wait = compile((x: Tensor) => x.mul(2), { backend: "xla" });
    add(tensor([1, 1]));
    await state.read();
    const reading = wait(tensor([1])).read();
    process.kill((await xlaReady()).pid ?? 0, "SIGKILL");
    await expect(reading).rejects.toMatchObject({ code: "device", message: expect.stringMatching(/ended by SIGKILL/) });
    await expect(state.read()).rejects.toMatchObject({ code: "device" });
    expect(() => add(tensor([1, 1]))).toThrow(/float32\[2\] was lost with the runner that held it; load it again/);
    state.assign(tensor([5, 5]));
    add(tensor([1, 1]));
    expect([...(await state.read())]).toEqual([6, 6]);
  });

  it("a runner ends with Node, also while it waits for the other processes", async () => {
    const group = ["--coordinator", await localCoordinator(), "--process", "0", "--processes", "2"];
    const child = spawn(python ?? "", ["-m", "chainrule_xla", ...group], {
      env: { ...process.env, PYTHONPATH: `${import.meta.dirname}/../python` },
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.stdin.end();
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(1);
  });

  it("weights that are divided among devices give the losses of weights that are not", async () => {
    const run = async (place: XlaOptions) => {
      await xlaClose();
      const { devices } = await xlaReady(place);
      manualSeed(1);
      const [first, second] = [new Linear(6, 16), new Linear(16, 4)];
      shard(first.weight, { 0: "model" });
      shard(second.weight, { 1: "model" });
      const model = new Sequential(first, new ReLU(), second);
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const step = trainingStep((x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y), optimizer);
      const compiled = compile(step, { backend: "xla" });
      const [x, y] = [rand([8, 6]), tensor([0, 1, 2, 3, 0, 1, 2, 3], { dtype: "int32" })];
      const losses: number[] = [];
      for (let i = 0; i < 5; i++) losses.push((await compiled(x, y).read())[0]);
      await settle(model);
      return { devices, losses, weights: [...first.weight.data] };
    };
    const whole = await run({});
    for (const model of [1, 2]) {
      const { devices, losses, weights } = await run({ cpuDevices: 2, model });
      expect(devices).toBe(2);
      for (const [i, loss] of losses.entries()) expect(Math.abs(loss - whole.losses[i])).toBeLessThan(1e-6);
      for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(whole.weights[i], 5);
    }
    await xlaClose();
  });

  it("two processes with two devices each give the losses of one process, and the same weights in both", async () => {
    const script = `${import.meta.dirname}/two-processes.js`;
    const coordinator = await localCoordinator();
    const run = (environment: Record<string, string>) =>
      new Promise<string>((resolve, reject) => {
        const child = spawn(process.execPath, [script], { env: { ...process.env, ...environment } });
        let [out, errors] = ["", ""];
        child.stdout.on("data", (text) => {
          out += text;
        });
        child.stderr.on("data", (text) => {
          errors += text;
        });
        child.on("close", (code) => (code === 0 ? resolve(out) : reject(new Error(errors))));
      });
    const group = (i: number) => ({
      CHAINRULE_COORDINATOR: coordinator,
      CHAINRULE_PROCESSES: "2",
      CHAINRULE_PROCESS: String(i),
      CHAINRULE_XLA_CPU_DEVICES: "2",
    });
    const [alone, first, second] = (await Promise.all([run({}), run(group(0)), run(group(1))])).map((text) =>
      JSON.parse(text),
    );
    expect(first).toEqual(second);
    for (const [i, loss] of alone.losses.entries()) expect(Math.abs(first.losses[i] - loss)).toBeLessThan(1e-6);
  });
};
describe.skipIf(python === null)("a step on XLA", onXla);
