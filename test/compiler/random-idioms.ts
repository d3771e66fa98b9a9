// Patterns that are common in programs, but rare in graphs of random ops: negations, constant operands, a movement of a movement, several
// where ops with one condition.
import type { Node } from "../../src/compiler/graph.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { constant, type Growth } from "./random-growth.ts";
import { builders } from "./random-ops.ts";

type Idiom = (growth: Growth) => Node | null;

const full = (growth: Growth, { shape, dtype }: Node, value = constant(growth.draw, dtype)): Node =>
  growth.add("full", [], { shape, dtype, value });

const not = (growth: Growth, c: Node): Node => growth.add("eq", [c, full(growth, c, 0)], {});

const condition = (growth: Growth): Node => {
  const x = growth.any();
  return growth.add(growth.draw.pick(["lt", "le", "eq"]), [x, growth.like(x)], {});
};

const twice =
  (op: "permute" | "slice" | "flip" | "reshape" | "expand" | "neg" | "abs"): Idiom =>
  (growth) => {
    builders[op](growth);
    return builders[op](growth);
  };

export const idioms: readonly Idiom[] = [
  (growth) => not(growth, condition(growth)),
  (growth) => not(growth, not(growth, condition(growth))),
  (growth) => {
    const c = growth.draw.pick([condition, (g: Growth) => not(g, condition(g))])(growth);
    const a = growth.like({ shape: c.shape, dtype: growth.dtype() });
    const inner = growth.add("where", [c, a, growth.like(a)], {});
    return growth.add("where", growth.draw.pick([[c, inner, a] as const, [c, a, inner] as const]), {});
  },
  (growth) => {
    const c = condition(growth);
    const [a, b] = growth.draw.pick([[0, 1] as const, [1, 0] as const, [1, 1] as const]);
    return growth.add("where", [c, full(growth, c, a), full(growth, c, b)], {});
  },
  (growth) => {
    const c = condition(growth);
    return growth.add("eq", [full(growth, c, 1), c], {});
  },
  (growth) => {
    const cast = growth.add("cast", [condition(growth)], { dtype: growth.dtype() });
    return growth.add(growth.draw.pick(["mul", "eq", "maximum"]), [cast, full(growth, cast)], {});
  },
  (growth) => {
    const x = growth.numeric();
    const operands = growth.draw.pick([[x, full(growth, x)] as const, [full(growth, x), x] as const]);
    const ops = (["add", "sub", "mul", "pow", "maximum", "minimum"] as const).filter(
      (op) => op !== "pow" || operands[0] === x,
    );
    return growth.add(growth.draw.pick(ops), operands, {});
  },
  (growth) => {
    const x = growth.floating();
    return growth.add("div", [x, full(growth, x, growth.draw.pick([1, 2, -0.25, 3, 64]))], {});
  },
  (growth) => {
    const x = growth.floating();
    const bound = growth.draw.pick([Infinity, -Infinity]);
    return growth.add(growth.draw.pick(["maximum", "minimum"]), [x, full(growth, x, bound)], {});
  },
  (growth) => {
    const minus = growth.add("neg", [growth.numeric()], {});
    const other = growth.draw.pick([
      full(growth, minus),
      growth.add("neg", [growth.like(minus)], {}),
      growth.like(minus),
    ]);
    return growth.add(
      growth.draw.pick(["add", "sub", "mul", "maximum"]),
      growth.draw.pick([[minus, other] as const, [other, minus] as const]),
      {},
    );
  },
  (growth) => growth.add("abs", [growth.add("neg", [growth.numeric()], {})], {}),
  (growth) => {
    const x = growth.numeric();
    const product = growth.add("mul", [x, full(growth, x)], {});
    return growth.add("neg", [product], {});
  },
  (growth) => {
    const x = growth.any();
    if (x.shape.length > 3) return null;
    const copies = growth.add("expand", [x], { shape: [growth.draw.whole(1, 4), ...x.shape] });
    const dims = growth.draw.pick([[0], x.shape.map((_, dim) => dim)]);
    if (dims.some((dim) => copies.shape[dim] === 0)) return null;
    return growth.add(isFloating(x.dtype) || x.dtype === "int32" ? growth.draw.pick(["sum", "max"]) : "max", [copies], {
      dims,
    });
  },
  ...(["permute", "slice", "flip", "reshape", "expand", "neg", "abs"] as const).map(twice),
];
