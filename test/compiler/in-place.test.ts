// Which two temporaries become one buffer: the last reader of the one writes the other, at the same places.
import { expect, it } from "vitest";
import { fuse } from "../../src/compiler/fuse.ts";
import { inPlace } from "../../src/compiler/in-place.ts";
import type { Access, Buffer, Kernel, KernelProgram, Loops } from "../../src/compiler/kernel.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";
import { print } from "../../src/compiler/kernel-text.ts";
import { simplify } from "../../src/compiler/simplify.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";
import { interpret } from "./interpret.ts";
import { randomGraph } from "./random-graph.ts";

const kinds = { a: "argument", s: "state", t: "temporary" } as const;
const buffer = (name: string, size = 8): Buffer => ({
  name,
  kind: kinds[name[0] as keyof typeof kinds],
  index: Number(name.slice(1)),
  dtype: "float32",
  shape: [size],
});
const at = (buffer: Buffer, stride = 1, offset = 0): Access => ({ buffer, strides: [stride], offset });
const copy = (from: Access, to: Access): Loops => ({
  kind: "loops",
  name: "copy",
  axes: [{ size: 8, kind: "each" }],
  reductions: [],
  body: [{ kind: "load", access: from, dtype: "float32" }],
  stores: [{ access: to, value: 0, mode: "set" }],
  epilogue: { instructions: [], stores: [] },
});

const [a0, s0, t0, t1, t2] = ["a0", "s0", "t0", "t1", "t2"].map((name) => buffer(name));
const names = (kernels: readonly Kernel[], results: readonly Buffer[]): string[] => {
  const buffers = [a0, s0, t0, t1, t2];
  const program: KernelProgram = { buffers, kernels, results };
  verify(program);
  const after = inPlace(program);
  verify(after);
  return after.buffers.flatMap(({ name, kind }) => (kind === "temporary" ? [name] : []));
};

it("each elementwise kernel of a sequence overwrites its input", () => {
  expect(names([copy(at(a0), at(t0)), copy(at(t0), at(t1)), copy(at(t1), at(t2))], [t2])).toEqual(["t2"]);
});

it("not if it is read later, is a result, or is read in another order", () => {
  const first = copy(at(a0), at(t0));
  expect(names([first, copy(at(t0), at(t1)), copy(at(t0), at(t2))], [t1, t2])).toEqual(["t1", "t2"]);
  expect(names([first, copy(at(t0), at(t1))], [t0, t1])).toEqual(["t0", "t1", "t2"]);
  expect(names([first, copy(at(t0, -1, 7), at(t1))], [t1])).toEqual(["t0", "t1", "t2"]);
});

it("arguments and states are not overwritten", () => {
  expect(names([copy(at(a0), at(t0)), copy(at(s0), at(t1))], [t0, t1])).toEqual(["t0", "t1", "t2"]);
});

it("random programs keep their results", () => {
  let fewer = 0;
  for (let seed = firstSeed; seed < firstSeed + 300; seed++) {
    const { graph, args, states } = randomGraph(new Draw(seed));
    const plain = fuse(simplify(graph));
    const program = inPlace(plain);
    if (program.buffers.length < plain.buffers.length) fewer++;
    const outcome = (of: KernelProgram) => {
      try {
        verify(of);
        return interpret(of, args, states);
      } catch (error) {
        return `${error}`;
      }
    };
    const text = print(program);
    expect({ seed, text, outcome: outcome(program) }).toEqual({ seed, text, outcome: outcome(plain) });
  }
  expect(fewer).toBeGreaterThan(3);
});
