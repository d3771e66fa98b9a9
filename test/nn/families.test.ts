// Activations, losses and layers against PyTorch's recorded results. Calls in float64 run at once; those in float32, and every fourth one in
// float64, as one compiled program.
import { describe, expect, it } from "vitest";
import { type Case, load } from "../fixtures/load.ts";
import { construct, type Run, runLayer, runMany, runNormaliser, title } from "../fixtures/networks.ts";
import { runCase } from "../fixtures/run.ts";
import { ways } from "../fixtures/ways.ts";

const isFloat32 = (c: Case): boolean => c.inputs.some(({ dtype }) => dtype === "float32");

function differences(c: Case, place: number): string[] {
  if (isFloat32(c)) return runCase(c, { wrap: ways.wasm });
  return place % 4 === 0 ? [...runCase(c), ...runCase(c, { wrap: ways.reference })] : runCase(c);
}

function inBothWays<C>(one: C, isFloat64: boolean, judge: (one: C, run: Run) => string[]): void {
  const runs = isFloat64 ? [ways.eager] : [ways.wasm];
  expect(runs.flatMap((run) => judge(one, run)).join("\n")).toBe("");
}

describe.each(["activations", "further_losses", "spatial"] as const)("functions as in PyTorch, %s", (family) => {
  const all = load(family).cases;
  for (const call of new Set(all.map((c) => c.call))) {
    const cases = all.filter((c) => c.call === call);
    it(`${call}, in ${cases.length} cases`, () => {
      expect(cases.flatMap(differences).join("\n")).toBe("");
    });
  }
});

const many = [...load("activations").many, ...load("attention_options").many];

describe.each(["activations", "spatial", "norms"] as const)("layers as in PyTorch, %s", (family) => {
  const { layers } = load(family);
  it.each(layers.map((c) => [title(c.spec), c.input.dtype, c] as const))("%s in %s", (_, dtype, c) =>
    inBothWays(c, dtype === "float64", runLayer),
  );
});

it.each(many.map((c) => [c.name, c] as const))("as in PyTorch, %s", (_, c) =>
  inBothWays(c, c.output.dtype === "float64", runMany),
);

const { layers: norms, normalisers } = load("norms");
it.each(normalisers.map((c) => [title(c.spec), c.steps[0].input.dtype, c] as const))(
  "%s in training as in PyTorch, %s",
  (_, dtype, c) => inBothWays(c, dtype === "float64", runNormaliser),
);

it("norms and weights that are computed have PyTorch's names in their states", () => {
  for (const { spec, state } of [...norms, ...normalisers]) {
    const own = [...construct(spec).stateDict()].map(([name, { shape }]) => `${name} [${shape}]`);
    expect(own.sort(), title(spec)).toEqual(
      Object.entries(state)
        .map(([name, { shape }]) => `${name} [${shape}]`)
        .sort(),
    );
  }
});
