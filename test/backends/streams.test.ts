// Programs over pieces against their definitions: elementwise ops against the op table's loops, and random draws against the graph that the
// reference backend runs op by op, on lengths that are not multiples of a piece.
import { execFileSync } from "node:child_process";
import {
  compile,
  full,
  getRngState,
  init,
  manualSeed,
  multinomial,
  rand,
  randn,
  randperm,
  tensor,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { optimiseLater } from "../../scripts/optimise-later.js";
import { vectorMath } from "../../src/loops/math/functions.ts";
import { allocate, type DType, type NDArray } from "../../src/tensor/dtype.ts";
import { elementwise } from "../../src/tensor/ops/elementwise.ts";
import { opOf } from "../../src/tensor/ops.ts";
import { type Streamed, stream } from "../../src/tensor/stream.ts";
import { apply, type Tensor } from "../../src/tensor/tensor.ts";

type Name = keyof typeof elementwise;

const long = 2 ** 14 + 2 ** 12 + 7;
const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const special = [0, -0, 1, -1, 0.5, 2.5, -3.5, Number.NaN, Infinity, -Infinity, 1e-42, 3e38, 255, 2 ** 31 - 1];
const operandsOf = (name: Name): number => {
  if (name === "where") return 3;
  return ["add", "sub", "mul", "div", "pow", "bitwiseAnd", "maximum", "minimum", "eq", "lt", "le"].includes(name)
    ? 2
    : 1;
};

/** Values of every kind, including special ones, whose places depend on the seed. */
function values(dtype: DType, size: number, seed: number): Tensor {
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) {
    const place = (i * 7919 + seed * 104729) % 10007;
    const value = place < 10 * special.length ? special[Math.floor(place / 10)] : place / 1000 - 5;
    data[i] = dtype === "bool" ? (place % 3 === 0 ? 1 : 0) : value;
  }
  return tensor(data, { dtype });
}

/** The spacing of float32 numbers at x. */
const spacing = (x: number): number => 2 ** Math.max(Math.floor(Math.log2(Math.abs(x))) - 23, -149);

/** Describes an element where an op differs from its loops by more than the bound of its vector function; null if there is none. */
function complaint(name: Name, inputs: readonly Tensor[], attributes: object): string | null {
  const type = opOf(name).type(inputs, attributes as never);
  const y = apply(name, inputs, attributes as never).data;
  const defined: NDArray = { ...type, data: allocate(type.dtype, y.length) };
  const arrays = inputs.map(({ shape, dtype, data }): NDArray => ({ shape, dtype, data }));
  opOf(name).evaluate(defined, arrays, attributes as never);
  const bound = type.dtype === "float32" && Object.hasOwn(vectorMath, name) ? 3 : 0;
  const at = defined.data.findIndex((x, i) => {
    return !Object.is(x, y[i]) && !(bound > 0 && Math.abs(x - y[i]) <= bound * spacing(x));
  });
  if (at < 0) return null;
  return `${name}(${inputs.map(({ data }) => data[at])}) is ${y[at]}, not ${defined.data[at]}, at ${at} of ${y.length}`;
}

describe.each(dtypes)("elementwise over pieces, %s", (dtype) => {
  const fits = (name: Name) => {
    const one = values(dtype, 1, 0);
    const inputs = name === "where" ? [one.to("bool"), one, one] : new Array<Tensor>(operandsOf(name)).fill(one);
    try {
      opOf(name).type(inputs, { dtype } as never);
      return true;
    } catch {
      return false;
    }
  };
  it.each((Object.keys(elementwise) as Name[]).filter(fits))("%s is what its loops say", (name) => {
    // The program is compiled only after the loops have computed this many elements.
    for (const size of [512, long, 2 ** 16 + 3]) {
      // One of the operands may be uniform.
      for (let uniform = operandsOf(name) === 1 ? 0 : -1; uniform < operandsOf(name); uniform++) {
        const inputs = Array.from({ length: operandsOf(name) }, (_, i) => {
          const own = name === "where" && i === 0 ? "bool" : dtype;
          const isOne = i === uniform && operandsOf(name) > 1;
          return isOne ? full([size], own === "bool" ? 1 : 2, { dtype: own }) : values(own, size, i + 1);
        });
        for (const to of name === "cast" ? dtypes : [dtype]) expect(complaint(name, inputs, { dtype: to })).toBeNull();
      }
    }
  });
});

describe("random draws over pieces have the bits of the graph, run op by op", () => {
  const draws = {
    rand: () => rand([3, long]),
    "rand, float64": () => rand([long], { dtype: "float64" }),
    randn: () => randn([long]),
    "randn, float64": () => randn([long], { dtype: "float64" }),
    randperm: () => randperm(long),
    multinomial: () => multinomial(full([2, long], 0.25), 5),
    "init.uniform": () => init.uniform(zeros([long]), -0.3, 0.7),
    "init.normal": () => init.normal(zeros([long], { dtype: "float64" }), 0.1, 0.02),
  };
  it.each(Object.entries(draws))("%s", (_, draw) => {
    manualSeed(20260101);
    const [drawn, state] = [draw(), getRngState()];
    manualSeed(20260101);
    const byOps = compile(draw, { backend: "reference" })();
    expect(drawn).toEqual(byOps);
    expect(state).toEqual(getRngState());
  });
});

describe("functions of pieces", () => {
  const x = () => values("float32", long, 3);
  const run = (f: Streamed, numbers: readonly number[] = []) => {
    const streamed = [x()];
    return { streamed, results: stream({ f, shape: [long], streamed, numbers }) };
  };

  it("assign to their arguments, and read numbers", () => {
    const { streamed, results } = run(
      ({ streamed: [a], numbers: [k] }) => {
        a.assign(a.mul(k));
        return [a.add(1)];
      },
      [0.1],
    );
    expect(streamed[0]).toEqual(x().mul(0.1));
    expect(results[0]).toEqual(x().mul(0.1).add(1));
  });

  it("run op by op if an element depends on elements at other indices", () => {
    const { results } = run(({ streamed: [a] }) => [a.where(a.isfinite(), 0).sum(), a.flip(0)]);
    expect(results[0]).toEqual(x().where(x().isfinite(), 0).sum());
    expect(results[1]).toEqual(x().flip(0));
  });

  it("record no history, and are traced as their ops", () => {
    const parameter = tensor([1, 2], { requiresGrad: true });
    const f: Streamed = ({ streamed: [a] }) => [a.mul(2)];
    expect(stream({ f, shape: [2], streamed: [parameter] })[0].requiresGrad).toBe(false);
    const compiled = compile((a: Tensor) => stream({ f, shape: [2], streamed: [a] })[0]);
    expect(compiled(tensor([1, 2]))).toEqual(tensor([2, 4]));
  });
});

it("without WebAssembly everything is computed by loops", () => {
  const program = `
    globalThis.WebAssembly = undefined;
    const { manualSeed, rand, randn } = await import(${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)});
    manualSeed(7);
    const draws = [...randn([${long}]).data];
    const x = rand([200, 200]);
    console.log(JSON.stringify({ draws, x: x.data[5], exp: x.exp().data[5], shape: x.matmul(x).add(1).shape }));`;
  const output = execFileSync(process.execPath, [...optimiseLater, "--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
  const { draws, x, exp, shape } = JSON.parse(output);
  manualSeed(7);
  expect(draws).toEqual([...randn([long]).data]);
  expect(exp).toBe(Math.fround(Math.exp(x)));
  expect(shape).toEqual([200, 200]);
});
