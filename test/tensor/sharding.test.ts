// shard: how a tensor is divided among devices, as a note on the tensor.
import { Adam, Linear, shard, zeros } from "chainrule";
import { expect, it } from "vitest";
import { holdings } from "../../src/tensor/settle.ts";
import { shardingOf } from "../../src/tensor/sharding.ts";

it("notes the axis of each dim, and returns the tensor", () => {
  const weight = zeros([4, 3]);
  expect(shardingOf(weight)).toBeNull();
  expect(shard(weight, { 1: "model" })).toBe(weight);
  expect(shardingOf(weight)).toEqual([null, "model"]);
});

it("an optimiser divides its state as the parameter is divided", () => {
  const { weight, bias } = new Linear(3, 4);
  shard(weight, { 0: "model" });
  const optimizer = new Adam(bias === null ? [weight] : [weight, bias]);
  const divided = [...optimizer[holdings]()].map(shardingOf).filter((sharding) => sharding !== null);
  // The weight and its two moments.
  expect(divided).toEqual(Array(3).fill(["model", null]));
});

it.each([
  [{ 2: "model" }, /float32\[4,3\] has no dim 2/],
  [{ 0: "batch" }, /there is no axis batch; weights are divided along "model"/],
])("%o is refused", (axes, message) => {
  expect(() => shard(zeros([4, 3]), axes as Record<number, "model">)).toThrow(message);
});
