// A convolution of 1×1 is a matrix product, with the bits of the convolution.
import { compile, conv2d, randn, type Tensor } from "chainrule";
import { expect, it } from "vitest";
import { verify } from "../../src/compiler/graph-rules.ts";
import { parse, print } from "../../src/compiler/graph-text.ts";
import { multiply } from "../../src/compiler/one-by-one.ts";
import { minPositions } from "../../src/schedule/limits.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";

const plain = "padding: [[0, 0], [0, 0]], inputDilation: [1, 1], kernelDilation: [1, 1]";
const graphOf = (x: string, w: string, y: string, attributes: string) => `graph
  %0 = argument 0 : float32[${x}]
  %1 = argument 1 : float32[${w}]
  %2 = conv %0, %1 {${attributes}} : float32[${y}]
  return %2`;

it("each image is a matrix of channels and positions", () => {
  const after = multiply(
    parse(graphOf("8,3,5,4", "6,3,1,1", "8,6,5,4", `stride: [1, 1], ${plain}, groups: 1`)),
    minPositions,
  );
  verify(after);
  expect(print(after)).toBe(`graph
  %0 = argument 0 : float32[8,3,5,4]
  %1 = argument 1 : float32[6,3,1,1]
  %2 = reshape %1 {shape: [1, 6, 3]} : float32[1,6,3]
  %3 = expand %2 {shape: [8, 6, 3]} : float32[8,6,3]
  %4 = reshape %0 {shape: [8, 3, 20]} : float32[8,3,20]
  %5 = matmul %3, %4 : float32[8,6,20]
  %6 = reshape %5 {shape: [8, 6, 5, 4]} : float32[8,6,5,4]
  return %6`);
});

it("pictures of one position are the rows of one product", () => {
  const after = multiply(
    parse(graphOf("8,3,1,1", "6,3,1,1", "8,6,1,1", `stride: [1, 1], ${plain}, groups: 1`)),
    minPositions,
  );
  verify(after);
  expect(print(after)).toContain("matmul %2, %4 : float32[8,6]");
});

it.each([
  ["a stride", graphOf("1,3,8,8", "6,3,1,1", "1,6,4,4", `stride: [2, 2], ${plain}, groups: 1`)],
  ["groups", graphOf("1,6,8,8", "6,3,1,1", "1,6,8,8", `stride: [1, 1], ${plain}, groups: 2`)],
  ["a larger kernel", graphOf("1,3,8,8", "6,3,2,1", "1,6,7,8", `stride: [1, 1], ${plain}, groups: 1`)],
  [
    "padding",
    graphOf("1,3,8,8", "6,3,1,1", "1,6,9,8", `stride: [1, 1], ${plain.replace("[[0, 0]", "[[0, 1]")}, groups: 1`),
  ],
  ["few positions", graphOf("1,3,3,5", "6,3,1,1", "1,6,3,5", `stride: [1, 1], ${plain}, groups: 1`)],
])("with %s it stays a convolution", (_, text) => {
  expect(print(multiply(parse(text), minPositions))).toBe(text);
});

it("a product has the bits of the convolution, with every epilogue", () => {
  for (let seed = firstSeed, count = 0; count < 20; seed++, count++) {
    const draw = new Draw(seed);
    const [batch, channels, outputs] = [draw.whole(1, 3), draw.whole(1, 600), draw.whole(1, 30)];
    const [height, width] = draw.pick([
      [1, 1],
      [4, 4],
      [7, 7],
      [5, 13],
      [14, 14],
    ]);
    const x = randn([batch, channels, height, width]);
    const [weight, bias, other] = [randn([outputs, channels, 1, 1]), randn([outputs]), randn([batch, outputs, 1, 1])];
    const finish = (y: Tensor) => y.clamp(-3, 6).add(other).mul(y);
    const product = compile(() => finish(conv2d(x, weight, bias)))();
    // With padding it is computed as a convolution.
    const padding = [
      [0, 1],
      [0, 1],
    ] as const;
    const convolution = compile(() =>
      finish(conv2d(x, weight, bias, { padding }).slice(null, null, [0, height], [0, width])),
    )();
    expect(product.data, `seed ${seed}`).toEqual(convolution.data);
  }
});
