// Each rule of compile, shown on small functions, with every backend.
import {
  type Compiled,
  compile,
  Dropout,
  full,
  manualSeed,
  noGrad,
  rand,
  randn,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { afterEach, describe, expect, it, vi } from "vitest";

const backends = ["reference", "wasm"] as const;

function parameter(values: number[]): Tensor {
  return tensor(values, { requiresGrad: true });
}

describe.each(backends)("compile on %s", (backend) => {
  const on = <A extends unknown[], R>(f: (...args: A) => R, options = {}): Compiled<A, R> =>
    compile(f, { backend, ...options });

  afterEach(() => vi.restoreAllMocks());

  describe("a call", () => {
    it("computes what the function computes", () => {
      const f = on((x: Tensor, y: Tensor) => x.mul(y).add(1).sum());
      expect(f(tensor([1, 2, 3]), tensor([4, 5, 6])).item()).toBe(35);
      expect(f(tensor([1, 1, 1]), tensor([1, 1, 1])).item()).toBe(6);
    });

    it("runs the function once for many calls", () => {
      let runs = 0;
      const f = on((x: Tensor) => {
        runs++;
        return x.neg();
      });
      for (let i = 0; i < 5; i++) expect(f(tensor([i])).item()).toBe(-i);
      expect(runs).toBe(1);
    });

    it("takes and gives tensors within lists, records and maps", () => {
      const f = on(({ pair: [a, b] }: { pair: [Tensor, Tensor] }) => ({
        sum: a.add(b),
        all: [a.mul(2), new Map([["b", b.mul(3)]])] as const,
        note: "kept",
      }));
      const { sum, all, note } = f({ pair: [tensor(2), tensor(5)] });
      expect([sum.item(), all[0].item(), all[1].get("b")?.item(), note]).toEqual([7, 4, 15, "kept"]);
    });

    it("gives ordinary tensors, untouched by later calls", () => {
      const f = on((x: Tensor) => x.mul(2));
      const first = f(tensor([1, 2]));
      f(tensor([5, 6]));
      expect(first.toArray()).toEqual([2, 4]);
      expect(first.add(1).toArray()).toEqual([3, 5]);
      expect(first.requiresGrad).toBe(false);
    });

    it("gives an argument or a captured tensor back as itself", () => {
      const w = tensor([1]);
      const f = on((x: Tensor) => [x, w, x.add(w)]);
      const x = tensor([2]);
      const [a, b, c] = f(x);
      expect(a).toBe(x);
      expect(b).toBe(w);
      expect(c.item()).toBe(3);
    });

    it("explains its last program, and throws before there is one", () => {
      const f = on((x: Tensor) => x.exp());
      expect(() => f.explain()).toThrow("explain: there is no program before the first call");
      expect(() => f.chapters()).toThrow("chapters: there is no program before the first call");
      f(tensor([1]));
      expect(f.explain()).toContain("exp %0");
      expect(f.explain()).toBe(
        f
          .chapters()
          .map(({ name, about, text }) => `── The ${name}: ${about}\n${text}`)
          .join("\n\n"),
      );
    });
  });

  describe("the signature", () => {
    const counted = (options = {}) => {
      let traces = 0;
      const f = on((x: Tensor, option?: unknown) => {
        traces++;
        return option === undefined ? x.add(1) : x;
      }, options);
      return { f, traces: () => traces };
    };

    it("is shapes and dtypes of tensors", () => {
      const { f, traces } = counted();
      f(tensor([1, 2]));
      f(tensor([3, 4]));
      expect(traces()).toBe(1);
      f(tensor([1, 2, 3]));
      f(tensor([1, 2], { dtype: "int32" }));
      expect(traces()).toBe(3);
    });

    it("is numbers, strings and booleans by value", () => {
      vi.spyOn(console, "warn").mockImplementation(() => {});
      const { f, traces } = counted();
      for (const option of [1, 2, -0, 0, Number.NaN, "1", true, null, [1], [2], { a: 1 }]) f(tensor([1]), option);
      expect(traces()).toBe(11);
      for (const option of [[2], { a: 1 }, null, true]) f(tensor([1]), option);
      expect(traces()).toBe(11);
    });

    it("is a module's training, where the function read it", () => {
      const dropout = new Dropout(0.5);
      const f = on((x: Tensor) => dropout.forward(x));
      const x = full([1000], 1);
      expect(f(x).sum().item()).not.toBe(1000);
      dropout.eval();
      expect(f(x).sum().item()).toBe(1000);
      dropout.train();
      expect(f(x).sum().item()).not.toBe(1000);
    });

    it("is noGrad", () => {
      const w = parameter([2]);
      const f = on((x: Tensor) => (x.mul(w).requiresGrad ? x : x.neg()));
      expect(f(tensor([1])).item()).toBe(1);
      expect(noGrad(() => f(tensor([1]))).item()).toBe(-1);
      expect(f(tensor([1])).item()).toBe(1);
    });

    it("is whether a captured tensor requires a gradient", () => {
      const w = parameter([2]);
      const f = on((x: Tensor) => (x.mul(w).requiresGrad ? x : x.neg()));
      expect(f(tensor([1])).item()).toBe(1);
      w.requiresGrad = false;
      expect(f(tensor([1])).item()).toBe(-1);
    });

    it("is whether one tensor is passed twice", () => {
      const f = on((a: Tensor, b: Tensor) => {
        a.assign(a.add(1));
        return b.mul(10);
      });
      const x = tensor([1]);
      expect(f(x, x).item()).toBe(20);
      expect(x.item()).toBe(2);
      expect(f(x, tensor([1])).item()).toBe(10);
    });

    it("is named in a warning if one part of it keeps varying", () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      const f = on((x: Tensor, rate: number) => x.mul(rate));
      for (let i = 0; i < 40; i++) expect(f(tensor([1]), i).item()).toBe(i);
      expect(warn.mock.calls.length).toBe(1);
      expect(String(warn.mock.calls[0])).toContain("traced for 32 signatures. argument 1 varies: 0, 1, 2, ...");
      expect(f(tensor([1]), 0).item()).toBe(0);
    });

    it("may take many values: nine lengths are nine programs, and each is traced once", () => {
      const { f, traces } = counted();
      for (let round = 0; round < 3; round++) for (let n = 1; n <= 9; n++) f(zeros([n]));
      expect(traces()).toBe(9);
    });

    it("counts the programs that maxPrograms drops, and those of them that are traced again", () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      const { f, traces } = counted({ maxPrograms: 2 });
      for (const n of [1, 2, 1, 3]) f(zeros([n]));
      // The program for 2 is the least recently used.
      expect(String(warn.mock.calls[0])).toContain(
        "1 least recently used programs were dropped, and 0 of them traced again",
      );
      for (const n of [1, 3, 1]) f(zeros([n]));
      expect(traces()).toBe(3);
      for (let round = 0; round < 3; round++) for (const n of [4, 5, 6]) f(zeros([n]));
      expect(traces()).toBe(12);
      expect(warn.mock.calls.length).toBe(2);
      expect(String(warn.mock.calls[1])).toMatch(
        /10 least recently used programs were dropped, and 6 of them traced again \(maxP/,
      );
      expect(() => on((x: Tensor) => x, { maxPrograms: 0 })).toThrow("maxPrograms is a whole number from 1, not 0");
    });
  });

  describe("a function that cannot be compiled", () => {
    const refused = (f: (x: Tensor) => unknown, ...words: string[]) => {
      const compiled = on(f);
      for (const word of words) expect(() => compiled(tensor([1]))).toThrow(word);
      expect(tensor([1]).add(1).item()).toBe(2);
    };

    it("must not read contents, not even of captured tensors, but may print tensors", () => {
      const w = tensor([1]);
      refused((x) => x.item(), "item: float32[1] has no contents while compile traces", "compile.test.ts", "where()");
      refused((x) => x.data, "data: ");
      refused((x) => x.toArray(), "toArray: ");
      refused((x) => x.read(), "read: ");
      refused(() => w.item(), "item: ");
      const prints: string[] = [];
      on((x: Tensor) => prints.push(`${x.exp()} ${w}`))(tensor([1]));
      expect(prints).toEqual(["tensor(float32[1], traced) tensor([1.0000])"]);
    });

    it("must not keep a traced tensor for later", () => {
      const kept: Tensor[] = [];
      const f = on((x: Tensor) => {
        kept.push(x.add(1));
      });
      f(tensor([1]));
      expect(() => kept[0].data).toThrow("a trace that is over");
      expect(() => kept[0].add(1)).toThrow("a trace that is over");
      refused((x) => x.add(kept[0]), "a trace that is over", "compile.test.ts");
    });

    it("must not use a tensor from outside that has a history", () => {
      const h = parameter([1]).mul(2);
      refused((x) => x.mul(h), "compile: the function uses float32[1], the result of mul", "detach()");
      expect(on((x: Tensor) => x.mul(h.detach()))(tensor([3])).item()).toBe(6);
    });

    it("must be synchronous", () => {
      refused(async (x) => x.add(1), "promise");
    });

    it("must not read or set a learning rate, or requiresGrad of a tensor from outside", () => {
      const w = parameter([1]);
      const optimizer = new SGD([w], { lr: 0.1 });
      refused(() => optimizer.lr, "lr: ");
      refused(() => {
        optimizer.lr = 1;
      }, "lr: ");
      refused(() => {
        w.requiresGrad = false;
      }, "requiresGrad: ");
      expect(optimizer.lr).toBe(0.1);
    });

    it("leaves nothing half-traced when it throws", () => {
      const w = parameter([1]);
      const before = w.data;
      const f = on((x: Tensor) => {
        w.mul(x).sum().backward();
        w.assign(w.add(1));
        throw new Error("stop");
      });
      expect(() => f(tensor([1]))).toThrow("stop");
      expect([w.data, w.grad, w.version, w.requiresGrad]).toEqual([before, null, 0, true]);
      expect(w.add(1).item()).toBe(2);
    });

    it("is refused, by name, if an argument cannot be compared", () => {
      const f = on((x: unknown) => x);
      expect(() => f(new Float32Array(2))).toThrow("compile: argument 0 is a typed array; make it a tensor");
    });
  });

  it("a compiled function within another is a part of it", () => {
    const w = tensor([1]);
    const inner = on((x: Tensor) => {
      w.assign(w.mul(2));
      return x.add(w);
    });
    const outer = on((x: Tensor) => inner(inner(x)));
    expect(outer(tensor([10])).item()).toBe(16);
    expect(w.item()).toBe(4);
    expect(() => inner.explain()).toThrow("no program");
  });

  it("modes that the function sets are set at each call", () => {
    const dropout = new Dropout(0.5);
    const f = on((x: Tensor) => {
      dropout.eval();
      return dropout.forward(x);
    });
    expect(f(tensor([1])).item()).toBe(1);
    dropout.train();
    expect(f(tensor([1])).item()).toBe(1);
    expect(dropout.training).toBe(false);
  });

  it("random numbers are eager's, and the generator goes on", () => {
    const draw = (f: () => Tensor[]) => {
      manualSeed(5);
      return [f(), f(), [rand([2])]].flat().map((x) => x.toArray());
    };
    const f = () => [rand([5]), randn([3])];
    expect(draw(on(f))).toEqual(draw(f));
  });

  describe("checkFinite", () => {
    it("names the first op that was not finite, its inputs' ranges and the line, and keeps the state", () => {
      const w = parameter([1, -2]);
      const f = on(
        (x: Tensor) => {
          const y = w.mul(x).log();
          w.assign(w.add(y));
          return y.exp();
        },
        { checkFinite: true },
      );
      expect(() => f(tensor([1, 1]))).toThrow(
        /checkFinite: log at .*compile\.test\.ts:\d+:\d+ gives float32\[2\] with NaN, from float32\[2\] from -2 to 1/,
      );
      expect(w.toArray()).toEqual([1, -2]);
      expect(f(tensor([1, -1])).data[0]).toBe(1);
    });

    it("accepts infinite constants, such as a mask's -∞", () => {
      const f = on((x: Tensor) => full([2], -Infinity).where(x.gt(0), x).softmax(0), { checkFinite: true });
      expect(f(tensor([-1, 1])).toArray()).toEqual([1, 0]);
    });

    it("names an argument that has a NaN", () => {
      const f = on((x: Tensor) => x.mul(2), { checkFinite: true });
      expect(() => f(tensor([Number.NaN]))).toThrow("checkFinite: argument 0, float32[1] with NaN comes in");
    });
  });
});
