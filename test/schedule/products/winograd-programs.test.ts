// Programs that use Winograd's algorithm where the option allows it: which layers do, and what becomes of their results.
import {
  type CompileOptions,
  Conv2d,
  compile,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  type Tensor,
  threadsReady,
} from "chainrule";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joined, shareAsUsual, shareEverything } from "../../backends/wasm/threads/together.ts";
import { chapterOf } from "../../compiler/chapter-of.ts";

describe("compile(f, { winograd: true })", () => {
  beforeAll(async () => {
    await threadsReady();
    shareEverything(8);
  });
  afterAll(shareAsUsual);
  manualSeed(3);
  const model = new Sequential(
    ...[new Conv2d(3, 16, 3, { padding: 1 }), new ReLU(), new Conv2d(16, 32, 3, { padding: 1 }), new ReLU()],
    ...[new Conv2d(32, 32, 3, { groups: 2 }), new ReLU(), new Conv2d(32, 8, 5)],
  );
  const images = randn([4, 3, 22, 26]);

  /** The output, the loss and the gradients, and the text of the program. */
  function run(options: CompileOptions): { readonly results: readonly Tensor[]; readonly text: string } {
    const step = compile((x: Tensor) => {
      const y = model.forward(x);
      const loss = y.square().mean();
      for (const parameter of model.parameters()) parameter.grad = null;
      loss.backward();
      const grads = model.parameters().map(({ grad }) => grad ?? loss);
      for (const parameter of model.parameters()) parameter.grad = null;
      return [y, loss, ...grads];
    }, options);
    return { results: step(images), text: chapterOf(step, "functions") };
  }
  const bits = ({ results }: ReturnType<typeof run>): string[] =>
    results.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"));
  const count = ({ text }: ReturnType<typeof run>) => text.split("Winograd F(2×2, 3×3)").length - 1;

  it("uses it in two of the layers, forward and for the gradient of the input, and for no gradient of a kernel", () => {
    expect(count(run({}))).toBe(0);
    expect(count(run({ winograd: true }))).toBe(4);
  });

  it("gives the same results as without it, apart from rounding", () => {
    const usual = run({ winograd: false });
    for (const relaxed of [false, true]) {
      const { results } = run({ winograd: true, relaxed });
      for (const [i, { data }] of results.entries()) {
        const expected = [...usual.results[i].data];
        const largest = Math.max(...expected.map(Math.abs));
        expect(largest).toBeGreaterThan(0);
        expect(Math.max(...[...data].map((value, k) => Math.abs(value - expected[k])))).toBeLessThan(2e-6 * largest);
      }
    }
    expect(bits(run({ winograd: true }))).not.toEqual(bits(usual));
  });

  it("gives the same bits on 1, 2, 3 and 8 threads", () => {
    for (const relaxed of [false, true]) {
      const alone = bits(run({ winograd: true, relaxed, threads: 1 }));
      for (const threads of [2, 3, 8]) {
        expect(bits(run({ winograd: true, relaxed, threads }))).toEqual(alone);
        expect(joined()).toBe(threads - 1);
      }
    }
  });

  it("uses it for the 3×3 parts of a gradient with gaps, with a long epilogue", () => {
    const [before, after] = [new Conv2d(3, 16, 1), new Conv2d(16, 16, 6, { stride: 2, padding: 1 })];
    const gradients = (options: CompileOptions) => {
      const step = compile((x: Tensor) => {
        const loss = after.forward(before.forward(x).gelu()).square().sum();
        before.weight.grad = null;
        loss.backward();
        const { grad } = before.weight;
        before.weight.grad = null;
        return grad ?? loss;
      }, options);
      return { data: step(randn([3, 3, 41, 44])).data, text: chapterOf(step, "functions") };
    };
    manualSeed(4);
    const usual = gradients({});
    manualSeed(4);
    const { data, text } = gradients({ winograd: true });
    expect(usual.text).toMatch(/4 parts without gaps, the first in tiles/);
    expect(text).toMatch(/4 parts without gaps, the first in Winograd/);
    const largest = Math.max(...[...usual.data].map(Math.abs));
    expect(Math.max(...[...data].map((value, i) => Math.abs(value - usual.data[i])))).toBeLessThan(2e-6 * largest);
  });

  it("changes nothing of the reference backend", () => {
    const backend = "reference";
    expect(bits(run({ backend, winograd: true }))).toEqual(bits(run({ backend })));
  });
});
