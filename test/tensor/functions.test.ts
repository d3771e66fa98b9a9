// The padding of a convolution may differ on each side of the picture: it is the same as padding the picture before.
import { conv2d, ones, randn } from "chainrule";
import { expect, it } from "vitest";

it("[[above, below], [left, right]] is pad and then a convolution without padding", () => {
  const [x, weight] = [randn([2, 3, 5, 6]), randn([4, 3, 3, 3])];
  const padding = [
    [0, 1],
    [2, 3],
  ] as const;
  const padded = x.pad([[0, 0], [0, 0], ...padding]);
  for (const stride of [1, 2])
    expect(conv2d(x, weight, null, { stride, padding }).data).toEqual(conv2d(padded, weight, null, { stride }).data);
});

it("margins are pairs of whole numbers from 0", () => {
  const [x, weight] = [ones([1, 1, 4, 4]), ones([1, 1, 3, 3])];
  const of = (padding: unknown) => () => conv2d(x, weight, null, { padding: padding as never });
  expect(
    of([
      [0, 1],
      [-1, 1],
    ]),
  ).toThrow("conv2d: padding is a whole number from 0 or a pair of them, not [-1,1]");
  expect(of([[0, 1], [1]])).toThrow(/conv2d: padding is a whole number from 0 or a pair of them/);
  expect(of([[0, 1], 1])).toThrow(/conv2d: padding is a whole number from 0 or a pair of them/);
});
