// Results have the same bits at any number of threads: random graphs, PyTorch's cases, training.
import {
  Adam,
  Conv2d,
  compile,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  SGD,
  Tensor,
  tensor,
  threadsReady,
} from "chainrule";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../../src/compiler/backend.ts";
import { simplify } from "../../../../src/compiler/simplify.ts";
import { mapTensors } from "../../../../src/compiler/structure.ts";
import type { NDArray } from "../../../../src/tensor/dtype.ts";
import { ArrayStorage } from "../../../../src/tensor/storage.ts";
import { randomGraph } from "../../../compiler/random-graph.ts";
import { verifier } from "../../../compiler/verifier.ts";
import { load } from "../../../fixtures/load.ts";
import { type Run, runLayer, runOptimiser, runTraining } from "../../../fixtures/networks.ts";
import { runCase } from "../../../fixtures/run.ts";
import { Draw } from "../../../tensor/draw.ts";
import { trainingStep } from "../../../training-step.js";
import { joined, shareAsUsual, shareEverything, together } from "./together.ts";

const counts = [2, 3, 8];

let backend: Backend;

beforeAll(async () => {
  await threadsReady();
  backend = shareEverything(Math.max(...counts), { verifier });
});
afterAll(shareAsUsual);

const asTensor = (value: NDArray): Tensor => new Tensor(new ArrayStorage(value.data.slice()), value);
const bytes = (data: ArrayBufferView): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");

describe("random graphs", () => {
  const seed = Number(process.env.FUZZ_SEED ?? 1);
  const count = Number(process.env.FUZZ_COUNT ?? 80);

  /** The results and states of a program, or its error. */
  function outcome(of: ReturnType<typeof randomGraph>, threads: number): readonly string[] {
    const states = of.states.map(asTensor);
    try {
      const program = backend.prepare(simplify(of.graph), states, { relaxed: true, threads });
      const results = program.run(of.args.map(asTensor));
      return [...results.map(({ data }) => data), ...states.map(({ data }) => data)].map(bytes);
    } catch (error) {
      return [`${error instanceof Error ? error.message : error}`];
    }
  }

  it.each(counts)(`${count} of them from seed ${seed} on %d threads`, (threads) => {
    let together = 0;
    for (let at = seed; at < seed + count; at++) {
      const expected = outcome(randomGraph(new Draw(at)), 1);
      const actual = outcome(randomGraph(new Draw(at)), threads);
      expect({ seed: at, outcome: actual }).toEqual({ seed: at, outcome: expected });
      if (joined() === threads - 1) together++;
    }
    expect(together).toBeGreaterThan(count / 2);
  });
});

describe("PyTorch's cases", () => {
  /** All results of compiled functions, in order, and their comparison with PyTorch's. */
  async function record(threads: number): Promise<{ readonly seen: string[]; readonly differences: string[] }> {
    const seen: string[] = [];
    const run: Run = (f) => {
      const compiled = compile(f, { threads });
      return (...args) => {
        const result = compiled(...args);
        mapTensors(result, (one) => {
          seen.push(bytes(one.data));
          return one;
        });
        return result;
      };
    };
    const [products, reductions, networks] = [await load("products"), await load("reductions"), await load("networks")];
    const some = <T>(all: readonly T[], step: number) => all.filter((_, i) => i % step === 0);
    const differences = [
      ...some([...products.cases, ...reductions.cases], 9).map((c) => runCase(c, { wrap: run })),
      ...some(networks.layers, 5).map((layer) => runLayer(layer, run)),
      ...some(networks.optimisers, 5).map((optimiser) => runOptimiser(optimiser, run)),
      ...networks.runs.map((training) => runTraining(training, run)),
    ];
    return { seen, differences: differences.flat() };
  }

  it("give the same bits on 1, 2, 3 and 8 threads", async () => {
    const alone = await record(1);
    expect(alone.differences).toEqual([]);
    expect(alone.seen.length).toBeGreaterThan(100);
    for (const threads of counts) expect(await record(threads)).toEqual(alone);
  });
});

describe("training", () => {
  /** The losses and the weights after several steps. */
  function train(threads: number): string[] {
    manualSeed(5);
    const model = new Sequential(
      ...[new Conv2d(1, 6, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2), new Dropout(0.2)],
      ...[new Conv2d(6, 8, 3, { padding: 1 }), new ReLU(), new Flatten(), new Linear(8 * 49, 10)],
    );
    const optimizers = [
      new Adam(model.parameters(), { lr: 0.01 }),
      new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }),
    ];
    const images = randn([24, 1, 14, 14]);
    const labels = tensor(
      Array.from({ length: 24 }, (_, i) => (i * 7) % 10),
      { dtype: "int32" },
    );
    const losses = optimizers.flatMap((optimizer) => {
      const step = compile(
        trainingStep((x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y), optimizer),
        { threads },
      );
      return Array.from({ length: 10 }, () => step(images, labels));
    });
    return [...losses, ...model.parameters()].map(({ data }) => bytes(data));
  }

  it("gives the same bits on 1, 2, 3 and 8 threads", () => {
    const alone = train(1);
    for (const threads of counts) {
      expect(train(threads)).toEqual(alone);
      expect(joined()).toBe(threads - 1);
    }
  });

  it("gives the same bits without a rendezvous, in whatever order workers join", () => {
    const alone = train(1);
    shareEverything(8, { verifier, waiting: { ...together, forWorkers: false } });
    for (const threads of [...counts, ...counts]) expect(train(threads)).toEqual(alone);
  });
});

it("an error names the same index out of range on any number of threads", () => {
  const table = randn([1000, 4]);
  const places = Int32Array.from({ length: 20_000 }, (_, i) => (i % 1700 === 1600 ? 1000 + i : i % 1000));
  const index = tensor(places, { shape: [20_000] });
  const messages = [1, ...counts].map((threads) => {
    const select = compile((at: Tensor) => table.indexSelect(0, at), { threads });
    try {
      select(index);
      return "nothing";
    } catch (error) {
      return `${error}`;
    }
  });
  expect(new Set(messages)).toEqual(new Set(["ChainruleError: gather: index 2600 is outside of 0 to 999"]));
});
