// Convolutions with images in the lanes: where they multiply, when they are chosen, and how their results are finished. That their sums
// are those of the definition is in convolution.test.ts.
import { compile, conv2d, rand, type Tensor, valueAndGrad } from "chainrule";
import { expect, it } from "vitest";
import { withFunctions } from "../../../src/loops/functions.ts";
import { print } from "../../../src/loops/text.ts";
import { describeConvolution, planConvolution } from "../../../src/schedule/products/convolution/plan.ts";
import { imagesPlan } from "../../../src/schedule/products/images/plan.ts";
import { spansOf } from "../../../src/schedule/products/images/spans.ts";
import { convolve, numbers, type Problem, places, plainLoops, type Range, routineOf, spec } from "./one-convolution.ts";

for (let i = 0; i < places.y; i++) numbers[i] = Math.fround(((i * 7919) % 1009) / 1009 - 0.5);

const residual = (channels: number, size: number, batch = 16): Problem =>
  spec({ batch, channels, outputs: channels, size: [size, size], padding: [1, 1] });

const expected = (problem: Problem) => Float32Array.from(plainLoops(problem, Math.fround).sums);

it("a row of y uses the rows of the kernel that meet the image", () => {
  expect(spansOf(residual(1, 4), 0)).toEqual([
    { first: 0, count: 1, tap: 1, taps: 2, from: 0 },
    { first: 1, count: 2, tap: 0, taps: 3, from: 0 },
    { first: 3, count: 1, tap: 0, taps: 2, from: 2 },
  ]);
  const sizes = { size: [5, 5], kernel: [2, 2], stride: [2, 2], padding: [3, 3], kernelDilation: [2, 2] } as const;
  expect(spansOf(spec(sizes), 1)).toEqual([
    { first: 0, count: 1, tap: 2, taps: 0, from: 0 },
    { first: 1, count: 1, tap: 1, taps: 1, from: 1 },
    { first: 2, count: 1, tap: 0, taps: 2, from: 1 },
    { first: 3, count: 1, tap: 0, taps: 1, from: 3 },
    { first: 4, count: 1, tap: 0, taps: 0, from: 0 },
  ]);
});

it("is chosen for many small images, and not for few or large ones", () => {
  const algorithm = (problem: Problem) => planConvolution(problem).parts[0].algorithm;
  expect([2, 4, 8].map((size) => algorithm(residual(64, size)))).toEqual(["images", "images", "images"]);
  expect(algorithm(residual(64, 4, 1))).toBe("positions");
  expect(algorithm(residual(64, 64))).toBe("positions");
  expect(describeConvolution(planConvolution(residual(64, 4)))).toBe(
    "tiles of 4 outputs × 8 images without padding, x packed, w in place, sums in blocks of 56 channels",
  );
});

it("a weight that meets only padding is not multiplied, so an infinite one gives no NaN", () => {
  const problem: Problem = { ...residual(1, 2, 4), algorithm: "images" };
  const before = numbers[places.w];
  numbers[places.w] = Infinity;
  const values = convolve(problem);
  numbers[places.w] = before;
  // The first element of the kernel meets the image at the last position of four.
  expect([...values].map(Number.isFinite)).toEqual([...values].map((_, i) => i % 4 !== 3));
});

it("any division into units gives the same bits, with blocks of the sum and of the images", () => {
  const inGroups = spec({ batch: 9, groups: 2, channels: 60, outputs: 30, size: [3, 3], padding: [1, 1] });
  for (const problem of [residual(64, 2, 21), inGroups]) {
    const images: Problem = { ...problem, algorithm: "images" };
    const { units } = imagesPlan(images);
    expect(units).toBeGreaterThan(1);
    const single = Array.from({ length: units }, (_, i): Range => [i, i + 1]).toReversed();
    expect(convolve(images, single)).toEqual(convolve(images));
    expect(convolve(images)).toEqual(expected(images));
  }
});

it("places that follow one another are finished as one row", () => {
  for (const [height, width] of [
    [2, 2],
    [3, 3],
    [1, 5],
  ]) {
    const problem = spec({ batch: 13, outputs: 7, size: [height, width], padding: [1, 1] });
    const byImage = { ...problem, y: { ...problem.y, output: 13 * height * width, image: height * width } };
    for (const runs of ["planes", "images"] as const) {
      const one: Problem = { ...(runs === "images" ? byImage : problem), runs, algorithm: "images" };
      expect(convolve(one)).toEqual(expected(one));
    }
  }
});

it("the loops of four images of 2×2 read as the formula", () => {
  const routine = routineOf({
    ...spec({ batch: 4, channels: 3, outputs: 2, size: [2, 2], padding: [1, 1] }),
    algorithm: "images",
  });
  const tile = withFunctions(routine).functions.find(({ name }) => name.includes("tile"));
  expect(tile && print(tile)).toMatchInlineSnapshot(`
    "convolution.tile2x41(scratch: f32[], numbers: f32[], patches: i32, w: i32, sums: i32)
      let acc: f32x4[2][1] = 0
      for c in 0 .. 3 unrolled
        for i in 0 .. 2 unrolled
          for j in 0 .. 2 unrolled
            let w: f32x4[1]
            for v in 0 .. 1 unrolled
              w[v] = scratch[patches + c * 16 + i * 8 + j * 4 + v * 4 .. +4]
            for r in 0 .. 2 unrolled
              let x = splat(numbers[w + c * 9 + i * 3 + j + r * 27])
              for v.2 in 0 .. 1 unrolled
                acc[r][v.2] += x * w[v.2]
      for r.2 in 0 .. 2 unrolled
        for v.3 in 0 .. 1 unrolled
          scratch[sums + r.2 * 16 + v.3 * 4 .. +4] = acc[r.2][v.3]"
  `);
});

it("a single position in each image: a convolution of 1×1 with its gradients, finished by a long epilogue", () => {
  const [x, w] = [rand([8, 24, 2, 2]), rand([20, 24, 1, 1])];
  const loss = (x: Tensor, w: Tensor) => conv2d(x, w, null, { stride: 2 }).sub(0.5).tanh().square().sum();
  const passes = (x: Tensor, w: Tensor): Tensor[] => {
    const { value, grads } = valueAndGrad(loss)(x, w);
    return [value, grads[0], w.sub(grads[1].mul(w.abs().add(1)))];
  };
  const program = compile(passes, { threads: 1 });
  const results = program(x, w).map(({ data }) => [...data]);
  expect(program.explain()).toContain("images without padding");
  for (const [i, { data }] of passes(x, w).entries())
    for (const [at, value] of [...data].entries()) expect(results[i][at]).toBeCloseTo(value, 4);
});
