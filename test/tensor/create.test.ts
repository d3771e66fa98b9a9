// Making, reading and printing tensors: literals, ranges, and what is refused.
import { arange, eye, full, linspace, ones, tensor, zeros } from "chainrule";
import { describe, expect, it } from "vitest";

describe("tensor", () => {
  it("takes nested arrays, and toArray returns them", () => {
    for (const nested of [
      3,
      [],
      [1],
      [
        [1, 2],
        [3, 4],
      ],
      [[[1]], [[2]]],
      [[], []],
    ])
      expect(tensor(nested).toArray()).toEqual(nested);
    expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
    expect(tensor([true, false]).toArray()).toEqual([true, false]);
  });

  it("copies typed arrays, so that later writes to them do not change the tensor", () => {
    const values = new Float64Array([1, 2]);
    const x = tensor(values);
    values[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
    expect(x.dtype).toBe("float64");
  });

  it("takes a shape and a dtype", () => {
    expect(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor([1.7, -1.7, 0], { dtype: "int32" }).toArray()).toEqual([1, -1, 0]);
    expect(tensor([2, 0, Number.NaN], { dtype: "bool" }).toArray()).toEqual([true, false, true]);
  });

  it.each([
    [() => tensor([[1, 2], [3]]), "tensor: the array is ragged, [1] has 1 elements where its neighbours have 2"],
    [
      () => tensor([1, [2]] as never),
      "tensor: the array is ragged, [1] has 1 elements where its neighbours have a number",
    ],
    [() => tensor([[1], 2] as never), "tensor: the array is ragged, [1] is 2 where its neighbours have 1 elements"],
    [() => tensor([1, "2"] as never), "tensor: element [1] is string, not a number or a boolean"],
    [() => tensor(undefined as never), "tensor: element given is undefined"],
    [() => tensor([1, 2, 3], { shape: [2, 2] }), "tensor: 3 values do not fill the shape [2,2]"],
    [
      () => tensor(new DataView(new ArrayBuffer(8)) as never),
      "tensor: DataView holds no numbers of one kind; use Float32",
    ],
    [() => tensor([1], { dtype: "float16" as never }), "tensor: there is no dtype float16"],
    [() => zeros([2, -1]), "zeros: a shape is an array of whole numbers from 0, not [2,-1]"],
    [() => arange(0, 1, -1), "arange: from 0 to 1 in steps of -1 never arrives"],
    [() => arange(0, 1, 0), "never arrives"],
    [() => linspace(0, 1, 1.5), "linspace: steps is a whole number from 0, not 1.5"],
  ])("refuses what is no tensor: %#", (make, message) => expect(make).toThrow(message));
});

it("zeros, ones, full, eye, arange, linspace", () => {
  expect([zeros([2]), ones([1, 2]), full([2], 7, { dtype: "int32" })].map((x) => x.toArray())).toEqual([
    [0, 0],
    [[1, 1]],
    [7, 7],
  ]);
  expect(eye(2).toArray()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect([arange(3), arange(1, 4), arange(5, 0, -2)].map((x) => [x.dtype, x.toArray()])).toEqual([
    ["int32", [0, 1, 2]],
    ["int32", [1, 2, 3]],
    ["int32", [5, 3, 1]],
  ]);
  expect([arange(0, 1, 0.25).dtype, arange(0, 1, 0.25).toArray()]).toEqual(["float32", [0, 0.25, 0.5, 0.75]]);
  expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(linspace(2, 3, 1).toArray()).toEqual([2]);
});

describe("reading", () => {
  it("item is for one element", async () => {
    expect(tensor([[5]]).item()).toBe(5);
    expect(() => zeros([2]).item()).toThrow("item: float32[2] has 2 elements, not one; use toArray() or data");
    expect(await tensor([1, 2]).read()).toEqual(new Float32Array([1, 2]));
  });
});

describe("toString prints as PyTorch does", () => {
  it.each([
    [tensor([[1, 2]]), "tensor([[1.0000, 2.0000]])"],
    [tensor(1.5), "tensor(1.5000)"],
    [tensor([1, -10.5]), "tensor([  1.0000, -10.5000])"],
    [tensor([true, false]), "tensor([ true, false])"],
    [arange(3), "tensor([0, 1, 2], dtype=int32)"],
    [tensor([1], { dtype: "float64" }), "tensor([1.0000], dtype=float64)"],
    [tensor([1e-6, 1]), "tensor([1.0000e-06, 1.0000e+00])"],
    [tensor([Number.NaN, Infinity, -Infinity, 0]), "tensor([   nan,    inf,   -inf, 0.0000])"],
    [zeros([0]), "tensor([])"],
    [zeros([2, 0]), "tensor([], size=[2, 0])"],
    [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      "tensor([[1.0000, 2.0000],\n        [3.0000, 4.0000]])",
    ],
  ])("%#", (x, text) => expect(String(x)).toBe(text));

  it("and shortens long dims in the middle", () => {
    expect(String(arange(2000))).toBe("tensor([   0,    1,    2, ..., 1997, 1998, 1999], dtype=int32)");
  });
});

it("errors name the call, the shapes and the cure", () => {
  const [a, b] = [zeros([32, 784]), zeros([785, 10])];
  expect(() => a.matmul(b)).toThrow("matmul: inner sizes differ, float32[32,784] · float32[785,10]");
  expect(() => a.add(b)).toThrow(
    "add: shapes [32,784] and [785,10] do not broadcast, 784 meets 10; sizes must be equal or 1",
  );
  expect(() => a.sum(2)).toThrow("sum: dim 2 does not exist, a 2-d tensor has -2 to 1");
  expect(() => a.sum([0, -2])).toThrow("sum: dims [0,0] name one dim twice");
  expect(() => a.reshape([3, -1])).toThrow("reshape: [32,784] has 25088 elements, they do not fit into [3,-1]");
  expect(() => a.permute([0, 0])).toThrow("permute: [0,0] does not name each dim of [32,784] once");
  expect(() => a.expand([32, 785])).toThrow("expand: [32,784] does not expand to [32,785]");
  expect(() => a.slice(40)).toThrow("slice: index 40 is outside of dim 0 of [32,784]");
  expect(() => a.slice([0, 10, -1])).toThrow("start, stop and step must be whole numbers, and step at least 1");
  expect(() => a.pad([[0, 1]])).toThrow("pad: [[0,1]] should hold [before, after]");
  expect(() => a.mul(undefined as never)).toThrow(
    "mul: float32[32,784] goes with a tensor or a number, not with undefined",
  );
  expect(() => a.where(a, 0)).toThrow("where: the condition is float32[32,784], not bool; compare it with ne(0)");
  expect(() => a.gather(1, a)).toThrow("gather: indices are int32 or uint8, not float32[32,784]");
  expect(() => a.gather(1, full([32, 1], 784, { dtype: "int32" }))).toThrow("gather: index 784 is outside of 0 to 783");
  expect(() => tensor([3], { dtype: "int32" }).oneHot(3)).toThrow("oneHot: index 3 is outside of 0 to 2");
  expect(() => zeros([0]).max()).toThrow("max: no elements to choose from in [0]");
  expect(() => a.topk(785)).toThrow("topk: k is 785, dim -1 of float32[32,784] has 784 elements");
  expect(() => tensor([true]).sub(1)).toThrow("sub: bool has no arithmetic of this kind");
  expect(() => tensor([true]).neg()).toThrow("neg: bool has no arithmetic of this kind");
  expect(() => arange(3).mean()).toThrow('mean: int32 has no mean; use to("float32") first');
});
