// vmap: which dims it maps, what it refuses, random numbers, assignments. That it computes what a loop does, laws.test.ts proves.
import {
  BatchNorm2d,
  binaryCrossEntropy,
  type ChainruleError,
  compile,
  Dropout,
  grad,
  jvp,
  manualSeed,
  multinomial,
  noGrad,
  nonzero,
  rand,
  randn,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";

const failure = (f: () => unknown): ChainruleError => {
  try {
    f();
  } catch (error) {
    return error as ChainruleError;
  }
  throw new Error("nothing was thrown");
};

describe("dims", () => {
  it("one number is for all arguments, and null for one that all examples share", () => {
    const f = (a: Tensor, b: Tensor) => a.add(b);
    const [a, b] = [
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tensor([10, 20]),
    ];
    expect(vmap(f, { inDims: [1, null], outDims: 1 })(a, b).toArray()).toEqual([
      [11, 12, 13],
      [24, 25, 26],
    ]);
    expect(vmap(f, { inDims: -1 })(a, a).toArray()).toEqual([
      [2, 8],
      [4, 10],
      [6, 12],
    ]);
  });

  it("lists, objects and Maps have a number for all their tensors, or one for each", () => {
    const f = (p: { readonly w: Tensor; readonly b: Tensor }, [x]: readonly Tensor[]) => ({
      y: p.w.mul(x).add(p.b),
      parts: new Map([["x", x]]),
    });
    const p = { w: tensor([1, 2]), b: tensor(5) };
    const { y, parts } = vmap(f, { inDims: [{ w: 0, b: null }, [null]] })(p, [tensor([1, 1, 1])]);
    expect(y.toArray()).toEqual([
      [6, 6, 6],
      [7, 7, 7],
    ]);
    // A result that no mapped argument reaches is repeated.
    expect(parts.get("x")?.shape).toEqual([2, 3]);
  });

  it("outDims null takes a result that is the same for all examples", () => {
    const f = (x: Tensor, y: Tensor) => [x.mul(y), y.mul(2)];
    const [each, same] = vmap(f, { inDims: [0, null], outDims: [0, null] })(tensor([1, 2]), tensor(3));
    expect([each.toArray(), same.toArray()]).toEqual([[3, 6], 6]);
    expect(() => vmap(f, { outDims: null })(tensor([1, 2]), tensor([3, 4]))).toThrow(
      "vmap: the result float32[] differs within the batch, and outDims gives it no dim",
    );
  });

  it("the function sees the shape of one example", () => {
    vmap((x: Tensor) => {
      expect([x.shape, x.ndim, x.size, x.dtype]).toEqual([[3], 1, 3, "float32"]);
      expect(String(x)).toBe("tensor(float32[3], one of 2 in vmap)");
      return x;
    })(zeros([2, 3]));
  });

  it("a batch of none, of one, and in a batch", () => {
    expect(vmap((x: Tensor) => x.sum())(zeros([0, 3])).shape).toEqual([0]);
    expect(vmap((x: Tensor) => x.softmax(0))(zeros([1, 3])).shape).toEqual([1, 3]);
    expect(
      vmap(vmap((x: Tensor) => x.mul(x)))(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).toArray(),
    ).toEqual([
      [1, 4],
      [9, 16],
    ]);
  });

  it.each<[string, () => unknown, string]>([
    ["sizes differ", () => vmap((a: Tensor, b: Tensor) => a.add(b))(zeros([2]), zeros([3])), "shape"],
    ["a 0-d tensor", () => vmap((a: Tensor) => a)(tensor(1)), "shape"],
    ["nothing is mapped", () => vmap((a: Tensor) => a, { inDims: [null] })(zeros([2])), "option"],
    ["a dim that there is not", () => vmap((a: Tensor) => a, { inDims: 1 })(zeros([2])), "index"],
    ["too few dims", () => vmap((a: Tensor, b: Tensor) => a.add(b), { inDims: [0] })(zeros([2]), zeros([2])), "option"],
    [
      "a part without a dim",
      () => vmap((p: object) => p, { inDims: [{ a: 0 }] })({ a: zeros([2]), b: zeros([2]) }),
      "option",
    ],
    ["a dim that is no number", () => vmap((a: Tensor) => a, { inDims: ["0" as never] })(zeros([2])), "option"],
    ["no function", () => vmap(3 as never), "type"],
    ["a randomness that there is not", () => vmap((a: Tensor) => a, { randomness: "some" as never }), "option"],
  ])("%s: refused", (_, call, code) => {
    const error = failure(call);
    expect([error.code, error.call]).toEqual([code, "vmap"]);
  });
});

describe("contents", () => {
  const reads: readonly (readonly [string, (x: Tensor) => unknown])[] = [
    ["item", (x) => x.item()],
    ["toArray", (x) => x.sum().toArray()],
    ["data", (x) => x.data],
    ["toJSON", (x) => JSON.stringify(x)],
    ["read", (x) => x.read()],
  ];

  it.each(reads)("%s has none to read inside", (call, read) => {
    const error = failure(() => vmap((x: Tensor) => read(x))(zeros([2])));
    expect([error.code, error.call]).toEqual(["transformed", call]);
    expect(error.message).toContain("choose with where() instead of if");
  });

  it("are there inside jvp and grad", () => {
    const f = (x: Tensor) => (x.item() > 0 ? x.mul(2) : x.mul(3));
    expect(jvp(f, [tensor(1)], [tensor(1)]).tangent.item()).toBe(2);
    expect(jvp((x: Tensor) => grad(f)(x), [tensor(-1)], [tensor(1)]).value.item()).toBe(3);
  });

  it("are not checked where there are none", () => {
    const [p, y] = [rand([3, 4]), rand([3, 4])];
    const each = vmap((p: Tensor, y: Tensor) => binaryCrossEntropy(p, y))(p, y);
    expect(each.slice(1).item()).toBe(binaryCrossEntropy(p.slice(1), y.slice(1)).item());
    const drawn = vmap((p: Tensor) => multinomial(p, 4), { randomness: "different" })(p);
    expect(drawn.sum(1).toArray()).toEqual([6, 6, 6]);
    // A tensor that all examples share has contents.
    expect(() => vmap((y: Tensor) => binaryCrossEntropy(tensor([2, 0, 0, 0]), y))(y)).toThrow("binaryCrossEntropy");
    expect(() => vmap((x: Tensor) => nonzero(x))(y)).toThrow("nonzero: inside vmap");
  });

  it("a tensor that outlives its vmap says what it is", () => {
    let left = zeros([2]);
    vmap((x: Tensor) => (left = x))(zeros([3, 2]));
    expect(failure(() => left.add(1).toArray()).code).toBe("transformed");
    expect(failure(() => left.item()).code).toBe("shape");
    expect(failure(() => compile(() => left.add(1))()).code).toBe("transformed");
  });

  it("backward() is not for the inside, but for the result", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const error = failure(() => vmap((x: Tensor) => x.mul(x).backward())(x));
    expect([error.code, error.call]).toEqual(["transformed", "backward"]);
    vmap((x: Tensor) => x.mul(x))(x)
      .sum()
      .backward();
    expect(x.grad?.toArray()).toEqual([2, 4]);
  });
});

describe("random numbers", () => {
  const noise = (x: Tensor) => x.add(rand([3]));

  it("are refused unless the call says what they are", () => {
    for (const f of [noise, (x: Tensor) => new Dropout(0.5).forward(x), () => multinomial(tensor([1, 2, 3]), 1)]) {
      const error = failure(() => vmap(f)(zeros([2, 3])));
      expect([error.code, error.call]).toEqual(["transformed", "vmap"]);
    }
  });

  it("differ or are the same, and a seed repeats them", () => {
    const draw = (randomness: "different" | "same") => {
      manualSeed(3);
      return vmap(noise, { randomness })(zeros([4, 3])).toArray<number[][]>();
    };
    expect(new Set(draw("different").flat()).size).toBe(12);
    expect(new Set(draw("same").map(String)).size).toBe(1);
    expect(draw("different")).toEqual(draw("different"));
    expect(draw("same")[0]).toEqual(draw("different")[0]);
  });

  it("each vmap of several decides for its own examples", () => {
    const inner = vmap(noise, { randomness: "same" });
    const y = vmap(inner, { randomness: "different" })(zeros([2, 4, 3])).toArray<number[][][]>();
    expect(new Set(y[0].map(String)).size).toBe(1);
    expect(String(y[0][0])).not.toBe(String(y[1][0]));
    expect(failure(() => vmap(vmap(noise, { randomness: "different" }))(zeros([2, 4, 3]))).code).toBe("transformed");
  });

  it("are drawn at each call of a program", () => {
    const f = compile((x: Tensor) => vmap(noise, { randomness: "different" })(x));
    const [a, b] = [f(zeros([4, 3])), f(zeros([4, 3]))].map((y) => y.toArray<number[][]>().flat());
    expect(new Set([...a, ...b]).size).toBe(24);
  });
});

describe("assignments", () => {
  it("of a batch to a tensor from outside are refused", () => {
    const state = zeros([2]);
    const error = failure(() => vmap((x: Tensor) => state.assign(x))(zeros([3, 2])));
    expect([error.code, error.call]).toEqual(["transformed", "assign"]);
    const norm = new BatchNorm2d(2);
    const x = randn([3, 4, 2, 3, 3]);
    expect(failure(() => vmap((x: Tensor) => norm.forward(x))(x)).code).toBe("transformed");
    expect(norm.running_mean?.toArray()).toEqual([0, 0]);
    norm.eval();
    expect(vmap((x: Tensor) => norm.forward(x))(x).shape).toEqual(x.shape);
  });

  it("of what all examples share are as without vmap", () => {
    const count = tensor(0);
    vmap((x: Tensor) => {
      count.assign(count.add(1));
      return x;
    })(zeros([3]));
    expect(count.item()).toBe(1);
  });

  it.each([["eager", <F>(f: F): F => f] as const, ["compiled", compile as never] as const])(
    "to an argument reach the batch, %s",
    (_, wrap: <F>(f: F) => F) => {
      const x = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const step = wrap((x: Tensor) => {
        vmap((x: Tensor) => x.assign(x.mul(2)), { inDims: 1 })(x);
        return x;
      });
      step(x);
      expect(x.toArray()).toEqual([
        [2, 4, 6],
        [8, 10, 12],
      ]);
    },
  );

  it("inside jvp and grad keep the values alone, as without them", () => {
    const norm = new BatchNorm2d(2);
    const x = randn([4, 2, 3, 3]);
    const other = norm.clone();
    other.forward(x);
    jvp((x: Tensor) => norm.forward(x), [x], [x]);
    expect(norm.running_mean?.toArray()).toEqual(other.running_mean?.toArray());
    expect(norm.running_mean?.requiresGrad).toBe(false);
  });
});

it("detach() stops derivatives at all levels", () => {
  const f = (x: Tensor) => x.detach().mul(x);
  const x = tensor([2, 3]);
  expect(vmap(grad(f))(x).toArray()).toEqual([2, 3]);
  expect(grad((x: Tensor) => vmap(f)(x).sum())(x).toArray()).toEqual([2, 3]);
  expect(jvp((x: Tensor) => vmap(f)(x), [x], [tensor([1, 1])]).tangent.toArray()).toEqual([2, 3]);
});

it("noGrad inside stops derivatives, and outside it does not", () => {
  const f = (x: Tensor) => noGrad(() => x.mul(x)).mul(x);
  const x = tensor([2, 3]);
  expect(vmap(grad(f))(x).toArray()).toEqual([4, 9]);
  expect(jvp(f, [x], [tensor([1, 1])]).tangent.toArray()).toEqual([4, 9]);
  const w = tensor(5, { requiresGrad: true });
  const y = noGrad(() => vmap(grad((x: Tensor) => x.mul(x).mul(w)))(x));
  expect([y.toArray(), y.requiresGrad]).toEqual([[20, 30], false]);
  expect(noGrad(() => jvp((x: Tensor) => x.mul(x), [x], [x])).tangent.toArray()).toEqual([8, 18]);
});

it("a program of vmap inside vmap is that of the whole batch", () => {
  const f = compile((x: Tensor, w: Tensor) => vmap((x: Tensor) => vmap((x: Tensor) => x.matmul(w))(x))(x));
  const [x, w] = [randn([5, 4, 8]), randn([8, 6])];
  const y = f(x, w);
  const expected = x.matmul(w);
  expect(Math.max(...y.sub(expected).abs().data)).toBeLessThan(1e-5);
  expect(f.explain().match(/matmul/g)?.length).toBeGreaterThan(0);
  expect(f.explain()).toContain("float32[20,6]");
});
