// A node's attributes are those of its op: code that knows the op reads them without a cast, and code that reads another op's does not
// compile. What is refused here fails the type check where it compiles.
import { expect, it } from "vitest";
import { input, type Node, type NodeOf, node } from "../../src/compiler/graph.ts";
import { rules } from "../../src/compiler/simplify/rule.ts";
import { opOf } from "../../src/tensor/ops.ts";

const x = input("argument", 0, { shape: [2, 3], dtype: "float32" });
const sum = node("sum", [x], { dims: [1] });
const cumsum = node("cumsum", [x], { dim: 1 });

it("the op of a node tells its attributes", () => {
  const nodes: readonly Node[] = [x, sum, cumsum];
  const told = nodes.map((n) => {
    if (n.op === "argument" || n.op === "state") return `index ${n.attributes.index}`;
    if (n.op === "cumsum") return `dim ${n.attributes.dim}`;
    return n.op === "sum" ? `dims ${n.attributes.dims}` : n.op;
  });
  expect(told).toEqual(["index 0", "dims 1", "dim 1"]);
});

it("the attributes of another op do not compile", () => {
  const refused = [
    // @ts-expect-error cumsum has a dim
    cumsum.attributes.dims,
    // @ts-expect-error sum has dims
    (n: NodeOf<"sum" | "max">) => n.attributes.dim,
    // @ts-expect-error a cumsum is no argmax
    (n: NodeOf<"cumsum">): NodeOf<"argmax"> => n,
    // @ts-expect-error before one knows the op
    (n: Node) => n.attributes.dim,
    // @ts-expect-error an argument has an index alone
    x.attributes.dim,
    // @ts-expect-error a permute has dims
    () => node("permute", [x], { dim: 1 }),
    // @ts-expect-error a sum cannot do without dims
    () => node("sum", [x], {}),
    // @ts-expect-error an op's entry takes that op's attributes
    () => opOf("topk").type([x], { dim: 1 }),
  ];
  expect(refused).toHaveLength(8);
});

it("a rule is given nodes of its ops", () => {
  const table = rules({
    "a cumsum": { ops: ["cumsum"], apply: (n) => (n.attributes.dim === 1 ? n.inputs[0] : null) },
    // @ts-expect-error argmax has no k
    "an argmax or topk": { ops: ["argmax", "topk"], apply: (n) => (n.attributes.k === 1 ? n.inputs[0] : null) },
  });
  expect(Object.keys(table)).toHaveLength(2);
});
