// Chains change the order of work, never the results: programs with and without them give the same bits, on any number of threads.
import { BatchNorm2d, compile, LayerNorm, randn, type Tensor, threadsReady } from "chainrule";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { printChapters } from "../../../src/compiler/chapters.ts";
import { simplify } from "../../../src/compiler/simplify.ts";
import { mapTensors } from "../../../src/compiler/structure.ts";
import { type ChainLimits, chainLimits } from "../../../src/schedule/limits.ts";
import type { NDArray } from "../../../src/tensor/dtype.ts";
import { ArrayStorage } from "../../../src/tensor/storage.ts";
import { Tensor as AnyTensor } from "../../../src/tensor/tensor.ts";
import { randomGraph } from "../../compiler/random-graph.ts";
import { verifier } from "../../compiler/verifier.ts";
import { Draw } from "../../tensor/draw.ts";
import { shareAsUsual, shareEverything } from "./threads/together.ts";

const everywhere = {
  ...chainLimits,
  minParts: 2,
  pieceBytes: 0,
  maxPartBytes: Number.POSITIVE_INFINITY,
  contiguousOnOneThread: true,
};
const nowhere = { ...chainLimits, maxPartBytes: -1 };

beforeAll(async () => {
  await threadsReady();
});
afterAll(shareAsUsual);

/** The backend that makes chains within these limits; compile() uses it from now on. */
const limitedTo = (chains: ChainLimits) => shareEverything(3, { verifier, chains });

const bytes = (data: ArrayBufferView): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");

const chainsIn = (explained: string): string[] => explained.match(/k\d+ to k\d+ are a chain: .*/g) ?? [];

describe("random graphs", () => {
  const seed = Number(process.env.FUZZ_SEED ?? 1);
  const count = Number(process.env.FUZZ_COUNT ?? 120);

  function outcome(at: number, threads: number, how: ChainLimits) {
    const backend = limitedTo(how);
    const { graph, args, states } = randomGraph(new Draw(at));
    const asTensor = (value: NDArray) => new AnyTensor(new ArrayStorage(value.data.slice()), value);
    const homes = states.map(asTensor);
    const program = backend.prepare(simplify(graph), homes, { relaxed: true, threads });
    const chains = chainsIn(printChapters(program.chapters())).length;
    try {
      const results = program.run(args.map(asTensor));
      return { chains, seen: [...results.map(({ data }) => data), ...homes.map(({ data }) => data)].map(bytes) };
    } catch (error) {
      return { chains, seen: [`${error instanceof Error ? error.message : error}`] };
    }
  }

  it(`${count} of them from seed ${seed} give the same bits with chains, on 1, 2 and 3 threads`, () => {
    let chained = 0;
    for (let at = seed; at < seed + count; at++) {
      const expected = outcome(at, 1, nowhere);
      expect(expected.chains).toBe(0);
      for (const threads of [1, 2, 3]) {
        const { chains, seen } = outcome(at, threads, everywhere);
        expect({ seed: at, threads, seen }).toEqual({ seed: at, threads, seen: expected.seen });
        if (chains > 0) chained++;
      }
    }
    expect(chained).toBeGreaterThan(count / 60);
  });
});

describe("softmax, layer norm and batch norm", () => {
  const norms = { layer: new LayerNorm(24), batch: new BatchNorm2d(16) };
  const cases: Readonly<Record<string, { readonly shape: readonly number[]; readonly f: (x: Tensor) => Tensor }>> = {
    softmax: { shape: [40, 24], f: (x) => x.softmax(1) },
    logSoftmax: { shape: [40, 24], f: (x) => x.logSoftmax(1) },
    "layer norm": { shape: [40, 24], f: (x) => norms.layer.forward(x) },
    "batch norm": { shape: [3, 16, 5, 7], f: (x) => norms.batch.forward(x) },
  };

  it.each(Object.keys(cases))("%s and its gradient are chains, and the same to the bit", (name) => {
    const { shape, f } = cases[name];
    const [x, dy] = [randn([...shape]), randn([...shape])];
    const run = (how: ChainLimits, threads: number) => {
      limitedTo(how);
      const step = compile(
        (given: Tensor) => {
          const leaf = given.detach();
          leaf.requiresGrad = true;
          const y = f(leaf);
          y.mul(dy).sum().backward();
          return [y, leaf.grad as Tensor];
        },
        { threads },
      );
      const seen: string[] = [];
      mapTensors(step(x), (one) => {
        seen.push(bytes(one.data));
        return one;
      });
      return { seen, chains: chainsIn(step.explain()).length };
    };
    const expected = run(nowhere, 1);
    expect(expected.chains).toBe(0);
    for (const threads of [1, 2, 3]) {
      const { seen, chains } = run(everywhere, threads);
      expect(chains).toBeGreaterThan(0);
      expect(seen).toEqual(expected.seen);
    }
  });

  it("explain() says how many parts a chain runs at a time", () => {
    limitedTo(chainLimits);
    const softmax = compile((x: Tensor) => x.softmax(1), { threads: 2 });
    softmax(randn([512, 512]));
    expect(chainsIn(softmax.explain())).toEqual([
      "k0 to k2 are a chain: they run one after the other on 255 of 512 parts at a time",
    ]);
    expect(softmax.explain()).toContain("shared by all: k0 to k2 (512 units)");
  });
});
