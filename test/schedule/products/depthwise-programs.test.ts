// Programs with depthwise convolutions have the same bits at any number of threads, and agree with what is computed at once.
import { type CompileOptions, compile, conv2d, type Tensor, tensor, threadsReady, valueAndGrad } from "chainrule";
import { afterAll, beforeAll, expect, it } from "vitest";
import { joined, shareAsUsual, shareEverything } from "../../backends/wasm/threads/together.ts";
import { chapterOf } from "../../compiler/chapter-of.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";

const threads = 3;
beforeAll(async () => {
  await threadsReady();
  shareEverything(threads);
});
afterAll(shareAsUsual);

it.each([
  { stride: 1, multiplier: 1 },
  { stride: 2, multiplier: 1 },
  { stride: 1, multiplier: 2 },
  { stride: 2, multiplier: 3 },
])("all three passes at any number of threads, as computed at once: %o", ({ stride, multiplier }) => {
  const draw = new Draw(firstSeed);
  const some = (...shape: number[]) =>
    tensor(Array.from({ length: shape.reduce((a, b) => a * b) }, () => draw.unit() * 2 - 1)).reshape(shape);
  const groups = 20;
  const [x, weight, bias] = [some(3, groups, 15, 14), some(groups * multiplier, 1, 3, 3), some(groups * multiplier)];
  const loss = (images: Tensor, kernel: Tensor, offset: Tensor) => {
    const y = conv2d(images, kernel, offset, { stride, padding: 1, groups }).relu();
    return y.mul(y).sum();
  };
  const passes = (images: Tensor, kernel: Tensor, offset: Tensor): Tensor[] => {
    const { value, grads } = valueAndGrad(loss)(images, kernel, offset);
    return [value, ...grads];
  };
  const run = (options: CompileOptions) => {
    const program = compile(passes, options);
    return { results: program(x, weight, bias).map(({ data }) => data), text: chapterOf(program, "functions") };
  };
  const one = run({ threads: 1 });
  expect(one.text).toContain("depthwise, tiles of");
  expect(one.text).toContain("depthwise, sums in lanes");
  joined();
  expect(run({ threads }).results).toEqual(one.results);
  expect(joined()).toBe(threads - 1);
  for (const [i, { data }] of passes(x, weight, bias).entries()) {
    const largest = Math.max(...[...data].map(Math.abs));
    for (const [at, value] of [...data].entries())
      expect(Math.abs(Number(one.results[i][at]) - value)).toBeLessThan(1e-5 * largest);
  }
});
