// Modules run by XLA, where there is a Python with JAX (scripts/jax.js finds it; `npm test` says so if there is none): each op, random bits,
// whole training steps. xla/test/prove.ts does the same with thousands of graphs and all fixtures of PyTorch.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkpoint, Dropout, grad, jvp, manualSeed, rand, sub, type Tensor, tensor, vmap, zeros } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { toStableHLO } from "chainrule-xla";
import { afterAll, it as anywhere, beforeAll, describe, expect } from "vitest";
import { findJax } from "../../scripts/jax.js";
import { argumentsOf } from "../../src/compiler/graph.ts";
import { parse } from "../../src/compiler/graph-text.ts";
import { allocate } from "../../src/tensor/dtype.ts";
import { type OpName, ops } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Growth } from "../../test/compiler/random-growth.ts";
import { builders } from "../../test/compiler/random-ops.ts";
import { Draw } from "../../test/tensor/draw.ts";
import { executor } from "./as-xla.ts";
import { complaintAbout, withoutSubnormals } from "./fuzz.ts";
import { nets } from "./nets.ts";
import { Oracle } from "./oracle.ts";
import { apart, throughWasm, throughXla } from "./training.ts";

const { python } = findJax();
const it = anywhere.skipIf(python === null);

/** Results that have elements, though an operand has none. */
const withoutElements = `graph
  %columns = argument 0 : float32[2,0]
  %rows = argument 1 : float32[0,3]
  %ids = argument 2 : int32[0,3]
  %images = argument 3 : float32[2,2,5,5]
  %blank = argument 4 : float32[2,2,0,5]
  %kernel = argument 5 : float32[3,2,0,2]
  %window = argument 6 : float32[3,2,2,2]
  %none = argument 7 : float32[2,0,5,5]
  %nothing = argument 8 : float32[3,0,2,2]
  %sum = sum %columns {dims: [1]}
  %product = matmul %columns, %rows
  %padded = pad %rows {widths: [{before: 1, after: 2, between: 1}, {before: 0, after: 0, between: 1}], value: 7}
  %joined = concat %rows, %product {dim: 0}
  %folded = fold %columns {dim: 0, step: 1, length: 5}
  %added = scatterAdd %rows, %ids {dim: 0, size: 4}
  %kernelless = conv %images, %kernel {stride: [1, 1], padding: [[0, 0], [0, 0]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1}
  %padding = conv %blank, %window {stride: [1, 1], padding: [[2, 2], [0, 0]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1}
  %channelless = conv %none, %nothing {stride: [1, 1], padding: [[0, 0], [0, 0]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1}
  return %sum, %product, %padded, %joined, %folded, %added, %kernelless, %padding, %channelless`;

let oracle: Oracle;
beforeAll(() => {
  if (python !== null) oracle = new Oracle();
});
afterAll(() => oracle?.close());

describe("XLA agrees with the reference", () => {
  it("on each op, on random operands of random dtypes", () => {
    const seed = Date.now() % 1_000_000;
    const growth = new Growth(new Draw(seed));
    const results = Object.keys(ops).flatMap((op) => {
      for (let tries = 0; tries < 20; tries++) {
        const made = builders[op as OpName](growth);
        if (made !== null) return [made];
      }
      return [];
    });
    expect(results.length).toBe(Object.keys(ops).length);
    const { graph, args, states } = growth.finish();
    const trial = { args: args.map(withoutSubnormals), states: states.map(withoutSubnormals) };
    expect(complaintAbout(executor(oracle), { graph: { ...graph, results }, ...trial }), `seed ${seed}`).toBe(null);
  });

  it("on casts from floats that integers do not have", () => {
    const values = [3e9, -3e9, 4294967297, -1, -0.9, 255.9, 256, -257, 1e20, -1e20, Number.NaN, Infinity, 2 ** 31];
    for (const dtype of ["float32", "float64"] as const) {
      const x = tensor(values, { dtype });
      const casts = (y: Tensor) => [y.to("int32"), y.to("uint8"), y.to("bool")];
      const { text, manifest } = toStableHLO(casts, x);
      const found = oracle.run({ text, ...manifest }, [x]);
      expect(found.map(({ data }) => [...data])).toEqual(casts(x).map(({ data }) => [...data]));
    }
  });

  it("on the signs of zeros that are added and subtracted", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const x = tensor([-0, 0, -1], { dtype });
      const of = (y: Tensor) => [
        y.add(0),
        y.add(-0),
        y.sub(0),
        y.sub(-0),
        sub(0, y),
        sub(-0, y),
        zeros([3], { dtype }).add(y),
      ];
      const { text, manifest } = toStableHLO(of, x);
      const found = oracle.run({ text, ...manifest }, [x]);
      expect(found.map(({ data }) => [...data])).toEqual(of(x).map(({ data }) => [...data]));
    }
  });

  it("on powers of integers with any exponent", () => {
    for (const dtype of ["int32", "uint8"] as const) {
      const exponents =
        dtype === "int32" ? [0, 5, 63, 64, 68, 4097, 2 ** 30, 2 ** 31 - 1, -1, -2] : [0, 5, 63, 64, 68, 255];
      const bases = [0, 1, 2, 3, 5, 7, 255, ...(dtype === "int32" ? [-1, -2, -3] : [])];
      const pairs = bases.flatMap((base) => exponents.map((exponent) => [base, exponent]));
      const [a, b] = [0, 1].map((i) =>
        tensor(
          pairs.map((pair) => pair[i]),
          { dtype },
        ),
      );
      const { text, manifest } = toStableHLO((x: Tensor, y: Tensor) => x.pow(y), a, b);
      const [found] = oracle.run({ text, ...manifest }, [a, b]);
      expect([...found.data]).toEqual([...a.pow(b).data]);
    }
  });

  it("on logarithms of powers and on powers of exponentials, which XLA would rewrite", () => {
    const f = (a: Tensor, b: Tensor) => [a.pow(b).log(), a.pow(b).reshape([1, -1]).log(), a.exp().pow(b)];
    const pairs = [
      ...[-2, 2, 0.5].flatMap((a) => [2, 3, 0.5, Number.NaN].map((b) => [a, b])),
      ...[1, 0, -1, Infinity, -Infinity].flatMap((a) => [0, 2, -1, Infinity, Number.NaN].map((b) => [a, b])),
    ];
    const [a, b] = [0, 1].map((i) => tensor(pairs.map((pair) => pair[i])));
    const { text, manifest } = toStableHLO(f, a, b);
    const rounded = (results: readonly { readonly data: Iterable<number> }[]) =>
      results.map(({ data }) => Array.from(data, (x) => x.toPrecision(5)));
    expect(rounded(oracle.run({ text, ...manifest }, [a, b]))).toEqual(rounded(f(a, b)));
  });

  it("on transformed functions, whose regions become functions with names of their own", () => {
    const net = (x: Tensor) => x.gelu().softmax(0).logSoftmax(0);
    const kept = checkpoint((x: Tensor) => net(x).square().sum());
    const of = (x: Tensor) => [vmap((x: Tensor) => jvp(net, [x], [x]).tangent)(x), vmap(grad(kept))(x)];
    const x = rand([3, 5]);
    const { text, manifest } = toStableHLO(of, x);
    expect(text).toContain("@vmap_jvp_softmax(");
    expect(text).toContain("optimization_barrier");
    const found = oracle.run({ text, ...manifest }, [x]);
    for (const [i, y] of of(x).entries())
      for (const [place, value] of y.data.entries()) expect(found[i].data[place]).toBeCloseTo(value, 5);
  });

  it("on operands without elements", () => {
    const graph = parse(withoutElements);
    const args = argumentsOf(graph).map(({ dtype, shape }) => ({ dtype, shape, data: allocate(dtype, sizeOf(shape)) }));
    expect(complaintAbout(executor(oracle), { graph, args, states: [] })).toBe(null);
  });

  it("on random bits and the counter of the generator, exactly", () => {
    const dropout = new Dropout(0.3);
    const f = (x: Tensor) => [dropout.forward(x), rand([7]), x.add(rand([3, 5], { dtype: "float64" }).to("float32"))];
    const x = tensor(Float32Array.from({ length: 15 }, (_, i) => i + 1)).reshape([3, 5]);
    manualSeed(7);
    const { text, manifest, states } = toStableHLO(f, x);
    const found = oracle.run({ text, ...manifest }, [x, ...states]);
    const expected = f(x);
    expect(found.slice(0, 3).map(({ data }) => [...data])).toEqual(expected.map(({ data }) => [...data]));
    expect(manifest.random).toEqual({ key: "random.key", counter: "random.counter" });
    expect([...found[3].data]).toEqual([...states[1].data]);
  });
});

anywhere("a choice among no elements is refused while it is traced, since XLA could not report it", () => {
  const gather = (x: Tensor, index: Tensor) => x.gather(0, index);
  const ids = (rows: number) => zeros([rows, 3], { dtype: "int32" });
  expect(() => toStableHLO(gather, zeros([0, 3]), ids(2))).toThrow(
    /^gather: int32\[2,3\] chooses among 0: no index is inside/,
  );
  expect(toStableHLO(gather, zeros([0, 3]), ids(0)).text).toContain("tensor<0x3xf32>");
});

it("a training step has the losses of the compiled one", () => {
  const make = nets.get("W1");
  expect(make && apart(throughXla(oracle, make(), 3).losses, throughWasm(make(), 3))).toBeLessThan(1e-6);
});

it("the script runs a module from files, by the names of the manifest", () => {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-xla-"));
  try {
    const weight = tensor([1, 2, 3], { requiresGrad: true });
    const f = ({ x }: { x: Tensor }) => ({ sum: x.mul(weight).sum(), doubled: x.mul(2) });
    const x = tensor([1, 1, 2]);
    const { text, manifest } = toStableHLO(f, { x });
    const at = (name: string) => join(folder, name);
    writeFileSync(at("module.mlir"), text);
    writeFileSync(at("manifest.json"), JSON.stringify(manifest));
    const inputs = new Map([
      ["0.x", x],
      ["state", weight.detach()],
    ]);
    writeFileSync(at("inputs"), writeSafetensors(inputs));
    const script = join(import.meta.dirname, "run_stablehlo.py");
    execFileSync(python ?? "", [script, ...["module.mlir", "manifest.json", "inputs", "outputs"].map(at)]);
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(at("outputs"))));
    expect([...tensors].map(([name, { data }]) => [name, [...data]]).sort()).toEqual([
      ["result.doubled", [2, 2, 4]],
      ["result.sum", [9]],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
