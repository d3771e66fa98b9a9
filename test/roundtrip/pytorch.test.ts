// Weights and optimisers come over from PyTorch and go back: three models that PyTorch stopped in the middle of training give its
// outputs to 1e-5 and its next ten losses to 2e-5, and what is written back is what was read, byte for byte. That PyTorch takes
// over chainrule's own, test/roundtrip/check.py asks.
import { readFileSync } from "node:fs";
import { noGrad, type Tensor } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { describe, expect, it } from "vitest";
import { ways } from "../fixtures/ways.ts";
import { type Part, parts, rawTensors, readRun, restore } from "./files.ts";
import { make, type Name, names, stepOf } from "./models.ts";

const recorded = (name: Name, part: Part | ".float16" | ".bfloat16"): Uint8Array =>
  readFileSync(new URL(`recorded/${name}${part}.safetensors`, import.meta.url));

const farthest = (actual: ArrayLike<number>, expected: ArrayLike<number>) =>
  Math.max(...Array.from(expected, (value, i) => Math.abs(actual[i] - value)));

describe.each(names)("PyTorch's %s", (name) => {
  const run = readRun(recorded(name, ".run"));
  const load = () => restore(name, (part) => recorded(name, part));

  it.each(Object.entries(ways))("gives PyTorch's output, %s", (_, way) => {
    const { model } = load();
    model.eval();
    const output = noGrad(() => way((x: Tensor) => model.forward(x))(run.input));
    expect(output.shape).toEqual(run.output.shape);
    expect(farthest(output.data, run.output.data)).toBeLessThan(1e-5);
  });

  it.each(Object.entries(ways))("trains on as PyTorch did, %s", (_, way) => {
    const step = way(stepOf(load()));
    const losses = Array.from(run.losses.data, (_, t) => {
      const { x, y } = run.batches[t % run.batches.length];
      return step(x, y).item();
    });
    expect(farthest(losses, run.losses.data)).toBeLessThan(2e-5);
  });

  it("is taken over between the calls of a compiled step", () => {
    const trained = load();
    const step = ways.wasm(stepOf(trained));
    const { x, y } = run.batches[0];
    const first = step(x, y).item();
    expect(step(x, y).item()).not.toBe(first);
    trained.model.loadStateDict(readSafetensors(recorded(name, "")).tensors);
    trained.optimizer.loadStateDict(readSafetensors(recorded(name, ".optimizer")).tensors);
    expect(step(x, y).item()).toBe(first);
  });

  it("is written back byte for byte, with its dtypes", () => {
    const { tensors, metadata } = readSafetensors(recorded(name, ""));
    const { model } = make(name);
    model.loadStateDict(tensors);
    const written = writeSafetensors(model.stateDict(), metadata);
    expect(rawTensors(written)).toEqual(rawTensors(recorded(name, "")));
    expect(Buffer.from(written).equals(recorded(name, "")), "also the header, and the order in it").toBe(true);
    const counters = [...rawTensors(written)].filter(([key]) => key.endsWith("num_batches_tracked"));
    expect(counters.map(([, { dtype }]) => dtype)).toEqual(name === "conv" ? ["I64", "I64"] : []);
  });

  it("has PyTorch's names in its optimiser too, and all its numbers", () => {
    const { optimizer } = load();
    const written = rawTensors(writeSafetensors(optimizer.stateDict()));
    const read = rawTensors(recorded(name, ".optimizer"));
    expect([...written.keys()].sort()).toEqual([...read.keys()].sort());
    for (const [key, raw] of read) {
      // steps are float32 to PyTorch and float64 here
      if (key.endsWith(".step")) expect(optimizer.stateDict().get(key)?.item()).toBe(5);
      else expect(written.get(key), key).toEqual(raw);
    }
  });
});

it.each([
  [".float16", 2 ** -11, 2 ** -25],
  [".bfloat16", 2 ** -8, 0],
] as const)("PyTorch's mlp%s is read as float32, as near as it was rounded to", (part, relative, absolute) => {
  const { tensors } = readSafetensors(recorded("mlp", part));
  const { model } = make("mlp");
  model.loadStateDict(tensors);
  const full = readSafetensors(recorded("mlp", "")).tensors;
  for (const [key, { dtype, data }] of model.stateDict()) {
    const expected = full.get(key)?.data ?? [];
    expect([dtype, data.length]).toEqual(["float32", expected.length]);
    const strayed = data.findIndex((value, i) => {
      return !(Math.abs(value - expected[i]) <= Math.abs(expected[i]) * relative + absolute);
    });
    expect(strayed, key).toBe(-1);
    expect(data, key).not.toEqual(expected);
  }
});

it("the files hold what they are meant to", () => {
  for (const name of names) for (const part of parts) expect(rawTensors(recorded(name, part)).size).toBeGreaterThan(0);
  expect(rawTensors(recorded("transformer", ".run")).get("input")?.dtype).toBe("I64");
  const seen = readSafetensors(recorded("conv", "")).tensors;
  expect(seen.get("1.num_batches_tracked")).toMatchObject({ dtype: "int32" });
  expect(seen.get("1.num_batches_tracked")?.item()).toBe(5);
});
