// Reductions over the same dims that read the same tensor share one pass over it.
import { describe, expect, it } from "vitest";
import { names } from "./fuse-cases.ts";

const sums = (count: number) => `
    %0 = argument 0 : float32[6,5]
    ${Array.from({ length: count }, (_, i) => {
      const at = 1 + 2 * i;
      return `%${at} = ${["exp", "neg", "sin", "cos", "abs"][i]} %0 : float32[6,5]
    %${at + 1} = sum %${at} {dims: [1]} : float32[6,1]`;
    }).join("\n")}
    return ${Array.from({ length: count }, (_, i) => `%${2 + 2 * i}`).join(", ")}`;

describe("reductions of different things", () => {
  it("share a kernel if they read the same tensor", () => {
    expect(names(sums(2))).toEqual(["loops exp_sum_neg"]);
  });

  it("are at most four in a kernel, so that their sums stay in registers", () => {
    expect(names(sums(4))).toHaveLength(1);
    expect(names(sums(5))).toHaveLength(2);
  });

  it("have kernels of their own if they reduce other dims", () => {
    const text = `
      %0 = argument 0 : float32[6,5]
      %1 = exp %0 : float32[6,5]
      %2 = sum %1 {dims: [1]} : float32[6,1]
      %3 = neg %0 : float32[6,5]
      %4 = sum %3 {dims: [0]} : float32[1,5]
      return %2, %4`;
    expect(names(text)).toHaveLength(2);
  });

  it("have kernels of their own if one depends on the other", () => {
    const text = `
      %0 = argument 0 : float32[6,5]
      %1 = sum %0 {dims: [1]} : float32[6,1]
      %2 = expand %1 {shape: [6, 5]} : float32[6,5]
      %3 = sub %0, %2 : float32[6,5]
      %4 = mul %3, %3 : float32[6,5]
      %5 = sum %4 {dims: [1]} : float32[6,1]
      return %1, %5`;
    expect(names(text)).toHaveLength(2);
  });
});
