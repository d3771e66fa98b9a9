// Tensor's methods refuse the arguments that plain JavaScript may pass: more than they take, and values of other types.
import { ChainruleError, ones, type Tensor, tensor } from "chainrule";
import { describe, expect, it } from "vitest";

const x = ones([2, 3]);

/** Methods of the library itself; toJSON, to which JSON.stringify passes a name; and slice and index, which check the number of their items. */
const exempt = [
  "apply",
  "replaceStorage",
  "adoptStorage",
  "remember",
  "toString",
  "slice",
  "index",
  "constructor",
  "toJSON",
];

const methods: (readonly [name: string, method: (...args: unknown[]) => unknown])[] = [];
for (let level: object = Object.getPrototypeOf(x); level !== Object.prototype; level = Object.getPrototypeOf(level)) {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
    if (typeof value === "function" && !exempt.includes(name)) methods.push([name, value]);
}

/** A tensor's type as plain JavaScript has it. */
type Loose = Readonly<Record<string, (...args: unknown[]) => unknown>>;

function failure(body: () => unknown): ChainruleError {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("it does not throw");
}

it("all methods are found", () => {
  expect(methods.length).toBeGreaterThan(80);
  expect(methods.map(([name]) => name)).toEqual(expect.arrayContaining(["add", "sum", "reshape", "topk", "backward"]));
});

it.each(methods)("%s does not pass over an argument", (name, method) => {
  const error = failure(() => Reflect.apply(method, x, new Array(20).fill(1)));
  expect([error.code, error.call]).toEqual(["type", name]);
  expect(error.words).toMatch(/^takes (no argument|\d arguments? at most), not 20$/);
});

describe("arguments in the form of other libraries are refused with the cure", () => {
  it.each<[string, (x: Loose) => unknown, string]>([
    ["sizes one by one, as in PyTorch", (x) => x.reshape(3, 2), "reshape: takes 1 argument at most, not 2"],
    ["dims one by one", (x) => x.flip(0, 1), "flip: takes 1 argument at most, not 2"],
    ["a factor, as in PyTorch's add", (x) => x.add(x, { alpha: 2 }), "add: takes 1 argument at most, not 2"],
    [
      "options for a dim",
      (x) => x.sum({ dim: 1 }),
      "sum: dim is a whole number or a list of them, not { dim }; write sum(1)",
    ],
    [
      "options for one dim",
      (x) => x.softmax({ dim: 1 }),
      "softmax: dim is a whole number, not { dim }; write softmax(1)",
    ],
    ["a dim in quotes", (x) => x.mean("1"), 'mean: dim is a whole number or a list of them, not "1"'],
    ["a number for keepdim", (x) => x.sum(0, 1), "sum: keepdim is true or false, or { keepdim: true }, not 1"],
    [
      "an option that there is not",
      (x) => x.max(0, { keepDims: true }),
      "max: there is no option keepDims, did you mean keepdim?; the options are { keepdim }",
    ],
    [
      "an option that variance has not",
      (x) => x.variance(0, { ddof: 0 }),
      "variance: there is no option ddof; the options are { correction, keepdim }",
    ],
    [
      "an array for a tensor",
      (x) => x.add([1, 2]),
      "add: float32[2,3] goes with a tensor or a number, not with an array; tensor(...) makes one of it",
    ],
    ["a string for a tensor", (x) => x.mul("2"), 'mul: float32[2,3] goes with a tensor or a number, not with "2"'],
    ["nothing for a tensor", (x) => x.matmul(), "matmul: o is a tensor, not undefined"],
    [
      "an array for an index",
      (x) => x.indexSelect(0, [1]),
      "indexSelect: index is a tensor, not an array; tensor(index) makes one of it",
    ],
    [
      "an array for new contents",
      (x) => x.assign([[1]]),
      "assign: value is a tensor, not an array; tensor(value) makes one of it",
    ],
    ["a shape that is none", (x) => x.reshape("6"), 'reshape: a shape is an array of whole numbers from 0, not "6"'],
    ["a number for a shape", (x) => x.expand(2), "expand: a shape is an array of whole numbers from 0, not 2"],
    ["a number for an order", (x) => x.permute(1), "permute: dims are a list, not 1"],
    ["a dtype that there is not", (x) => x.to("float16"), "to: there is no dtype float16"],
  ])("%s", (_, call, message) => {
    expect(failure(() => call(x as unknown as Loose)).message).toContain(message);
  });
});

describe("keepdim", () => {
  const reductions = [
    "sum",
    "mean",
    "prod",
    "max",
    "min",
    "argmax",
    "argmin",
    "variance",
    "std",
    "any",
    "all",
    "logsumexp",
  ] as const;
  it.each(reductions)("of %s is a boolean or { keepdim }", (name) => {
    const reduce = (keepdim: boolean | { keepdim?: boolean }) => x[name](1, keepdim).shape;
    expect([reduce(true), reduce({ keepdim: true })]).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect([reduce(false), reduce({ keepdim: false }), reduce({})]).toEqual([[2], [2], [2]]);
  });
});

describe("parts", () => {
  const rows = (parts: readonly Tensor[]) => parts.map((part) => part.toArray());
  const y = tensor([1, 2, 3, 4, 5]);

  it("have one size, given sizes, or a given number, as in PyTorch", () => {
    expect(rows(y.split(2))).toEqual([[1, 2], [3, 4], [5]]);
    expect(rows(y.split([1, 4]))).toEqual([[1], [2, 3, 4, 5]]);
    expect(rows(y.chunk(3))).toEqual([[1, 2], [3, 4], [5]]);
    expect(rows(y.chunk(4))).toEqual([[1, 2], [3, 4], [5]]);
    expect(x.chunk(3, -1).map(({ shape }) => shape)).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
    expect(
      y
        .slice([0, 0])
        .chunk(2)
        .map(({ shape }) => shape),
    ).toEqual([[0], [0]]);
  });

  it("have the type of a tuple if their number is a literal", () => {
    const [a, b]: [Tensor, Tensor] = y.split([2, 3]);
    const [c, d, e]: [Tensor, Tensor, Tensor] = y.chunk(3);
    const [n, m]: [number, number] = x.sizes(2);
    expect([a, b, c, d, e].map(({ size }) => size)).toEqual([2, 3, 2, 2, 1]);
    expect([n, m]).toEqual([2, 3]);
    const array: number[][] = x.toArray<number[][]>();
    expect(array).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it("refuse sizes that do not add up, and name the size of the dim", () => {
    expect(() => y.split([2, 2])).toThrow("split: the sizes [2,2] add up to 4, dim 0 of float32[5] has 5");
    expect(() => y.split(0)).toThrow("split: size is a whole number from 1, or a list of sizes, not 0");
    expect(() => y.chunk(0)).toThrow("chunk: count is a whole number from 1, not 0");
    expect(() => y.sizes(2)).toThrow("sizes: float32[5] has 1 dims, not 2");
    expect([x.sizeAt(-1), x.sizeAt(0)]).toEqual([3, 2]);
    expect(() => x.sizeAt(2)).toThrow("sizeAt: dim 2 does not exist, a 2-d tensor has -2 to 1");
  });
});
